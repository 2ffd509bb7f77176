//! Seeking, being matched, and the end of a match.

use crate::ask::problem_of;
use crate::engine::Engine;
use crate::request::{Request, answer};
use crate::session::Place;
use crate::talk::Talk;
use crate::wire::Ask;
use crate::{Ending, Event, Misuse};
use floater_e2e::{Conversation, MatchKeys, Setup};
use floater_proto::body::{
    self, Accept, Fault, Matched, Notice, Policy, Proposal, PublicKeys, Reason, SessionEnd,
    StatusNow,
};
use floater_proto::{Id, Method, Resource, Role, Status};
use rand_core::Rng;

/// The server is asked to let one wait so often, while it says that one is in a match.
const CONFLICTS_MAX: u8 = 3;
/// The wait before asking again what the server could not do just now.
pub(crate) const AGAIN_AFTER: u64 = 1_000;

/// Waiting for somebody.
pub(crate) struct Waiting {
    pub(crate) since: u64,
    pub(crate) after: Option<Ending>,
    /// `/seek` is to be said at this moment.
    pub(crate) seek_at: Option<u64>,
    proposed: Option<Proposed>,
    conflicts: u8,
}

/// A proposal that was accepted.
struct Proposed {
    id: Id,
    role: Role,
    keys: MatchKeys,
    own: PublicKeys,
}

impl Waiting {
    pub(crate) const fn new(since: u64, after: Option<Ending>) -> Self {
        Self {
            since,
            after,
            seek_at: None,
            proposed: None,
            conflicts: 0,
        }
    }
}

impl Engine {
    pub(crate) fn seek(&mut self) -> Result<(), Misuse> {
        let inside = self.session.inside().ok_or(Misuse::LoggedOut)?;
        if !matches!(inside.place, Place::Main { .. }) {
            return Err(Misuse::NotOnMain);
        }
        self.wait_since(self.now, None);
        self.seek_again();
        Ok(())
    }

    /// `/seek`, which the server takes as often as it is said.
    pub(crate) fn seek_again(&mut self) {
        let Some(waiting) = self.session.waiting_mut() else {
            return;
        };
        waiting.proposed = None;
        waiting.seek_at = None;
        let asked = self
            .links
            .main
            .as_ref()
            .is_some_and(|w| w.is_open(|a| matches!(a, Ask::Seek)));
        if !asked {
            self.request(Ask::Seek, &Request::bare(Resource::Seek));
        }
    }

    /// The server says that one does not wait, though one does.
    pub(crate) fn seek_if_forgotten(&mut self) {
        let Some(waiting) = self.session.waiting_mut() else {
            return;
        };
        if waiting.proposed.is_none() && waiting.seek_at.is_none() {
            self.seek_again();
        }
    }

    pub(crate) fn stop_seeking(&mut self) -> Result<(), Misuse> {
        self.session.waiting_mut().ok_or(Misuse::NotWaiting)?;
        self.show_main(None);
        self.stop_seeking_there();
        Ok(())
    }

    pub(crate) fn stop_seeking_there(&mut self) {
        self.request(Ask::StopSeeking, &Request::bare(Resource::SeekEnd));
    }

    /// Keys that were made for a proposal go with the link.
    pub(crate) fn forget_proposal(&mut self) {
        if let Some(waiting) = self.session.waiting_mut() {
            waiting.proposed = None;
        }
    }

    pub(crate) fn seek_answered(&mut self, status: Status, body: &[u8]) {
        let now = self.now;
        let Some(waiting) = self.session.waiting_mut() else {
            return;
        };
        if status.is_success() {
            return;
        }
        let problem = problem_of(status, body);
        match problem.error {
            Fault::Elsewhere => self.moved_elsewhere(),
            Fault::Seated if waiting.conflicts < CONFLICTS_MAX => {
                waiting.conflicts = waiting.conflicts.saturating_add(1);
                waiting.seek_at = Some(now.saturating_add(AGAIN_AFTER));
                self.end_unnamed();
            }
            Fault::NotLoggedIn | Fault::SessionEnded => self.session_over(SessionEnd::Expired),
            Fault::TooMany | Fault::Unavailable | Fault::Internal => {
                let wait = problem.retry_after.unwrap_or(AGAIN_AFTER).max(AGAIN_AFTER);
                waiting.seek_at = Some(now.saturating_add(wait));
            }
            _ => self.show_main(None),
        }
    }

    pub(crate) fn accept_answered(&mut self, id: Id, status: Status) {
        let Some(waiting) = self.session.waiting_mut() else {
            return;
        };
        let current = waiting
            .proposed
            .as_ref()
            .is_some_and(|proposed| proposed.id == id);
        if current && !status.is_success() {
            self.seek_again();
        }
    }

    pub(crate) fn status_answered(&mut self, status: Status, body: &[u8]) {
        if status == Status::UNAUTHORIZED {
            return self.session_over(SessionEnd::Expired);
        }
        let Ok(answer) = body::from_json::<StatusNow>(body) else {
            return;
        };
        if self.session.inside().is_some() && self.here != Some(answer.here) {
            self.here = Some(answer.here);
            self.show(Event::Here { here: answer.here });
        }
        self.seated(answer.seat, false);
    }

    /// The server asks something of this side.
    pub(crate) fn requested(
        &mut self,
        method: Method,
        resource: Option<Resource>,
        id: Option<u64>,
        body: &[u8],
    ) {
        let status = match (method, resource) {
            (Method::Post, Some(resource)) => self.take(resource, body),
            (Method::Get, Some(_)) => Status::METHOD_NOT_ALLOWED,
            (_, None) => Status::NOT_FOUND,
        };
        let link = self.links.main.as_ref().map(|wire| wire.id);
        if let (Some(id), Some(link)) = (id, link) {
            self.send(link, answer(id, status));
        }
    }

    fn take(&mut self, resource: Resource, body: &[u8]) -> Status {
        fn read<T: serde::de::DeserializeOwned>(body: &[u8], then: impl FnOnce(T)) -> Status {
            match body::from_json(body) {
                Ok(read) => {
                    then(read);
                    Status::OK
                }
                Err(problem) => problem.error.status(),
            }
        }
        match resource {
            Resource::Relay => {
                self.relayed(body);
                Status::OK
            }
            Resource::Notice => read(body, |notice| self.noticed(notice)),
            Resource::MatchProposal => read(body, |proposal| self.proposed(&proposal)),
            Resource::Match => read(body, |matched| self.matched(matched)),
            Resource::MatchEnd => read(body, |ended| self.match_ended(ended)),
            Resource::PathOffer => read(body, |offer| self.path_offered(offer)),
            _ => Status::METHOD_NOT_ALLOWED,
        }
    }

    fn proposed(&mut self, proposal: &Proposal) {
        let policy = self.config.policy();
        let (id, role) = (proposal.r#match, proposal.role);
        let Some(waiting) = self.session.waiting_mut() else {
            return;
        };
        if waiting
            .proposed
            .as_ref()
            .is_some_and(|proposed| proposed.id == id)
        {
            return;
        }
        let (keys, own) = MatchKeys::generate(role, policy, &mut self.rng);
        waiting.proposed = Some(Proposed {
            id,
            role,
            keys,
            own: own.clone(),
        });
        let body = Accept {
            r#match: id,
            keys: own,
        };
        self.request(
            Ask::Accept(id),
            &Request::post(Resource::MatchAccept, &body),
        );
    }

    fn matched(&mut self, matched: Matched) {
        let id = matched.r#match;
        if self.match_of_now() == Some(id) {
            return;
        }
        let accepted = self.session.waiting_mut().and_then(|waiting| {
            let proposed = waiting.proposed.take_if(|proposed| proposed.id == id)?;
            Some((proposed, waiting.since))
        });
        let Some((proposed, since)) = accepted else {
            return self.owe(id, Reason::Left, matched.ticket);
        };
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        let accepted_as = proposed.own.policy;
        let setup = Setup {
            match_id: id,
            role: proposed.role,
            keys: proposed.keys,
            own: proposed.own,
            peer: matched.peer.keys.clone(),
            seed,
        };
        let Ok(conversation) = Conversation::new(self.now, setup) else {
            self.owe(id, Reason::Unreachable, matched.ticket);
            return self.seek_again();
        };
        let own_policy = self.config.policy();
        let mut talk = Talk::new(self.now, proposed.role, conversation, matched);
        talk.waited_since = since;
        talk.tighten(accepted_as);
        if let Some(inside) = self.session.inside_mut() {
            inside.place = Place::Talk(Box::new(talk));
        }
        self.last = None;
        self.show_stage();
        self.path_up();
        // Chosen since the keys were made: the other one does not know it from them.
        if own_policy == Policy::Hidden {
            self.hide();
        }
    }

    fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Peer { r#match, here } if self.match_of_now() == Some(r#match) => {
                self.peer_is(here);
            }
            Notice::Peer { .. } => {}
            Notice::Path { r#match } => self.path_wanted(r#match),
            Notice::Widened => self.show(Event::Widened),
            Notice::Replaced => self.replaced(),
            Notice::SessionEnded { why } => self.session_ended(why),
            Notice::Shutdown { spread } => self.shutdown(spread),
        }
    }

    /// A newer link of this instance has the seat. If it is not one's own, another tab has it.
    fn replaced(&mut self) {
        if !matches!(self.links.next, crate::links::Next::Idle) {
            return;
        }
        if self.links.claimed {
            // One's own second link took the seat, and broke before it could say so.
            return self.drop_main();
        }
        self.links.retired = true;
        self.moved_elsewhere();
    }

    /// The server stops: nobody comes back at once, so that not all do.
    fn shutdown(&mut self, spread: u64) {
        let most = spread.min(self.config.timers.grace / 2).saturating_add(1);
        let wait = self.rng.next_u64().checked_rem(most).unwrap_or(0);
        self.links.not_before = self.now.saturating_add(wait);
    }

    pub(crate) fn tick_meet(&mut self) {
        let now = self.now;
        if self.owed.iter().any(|owed| owed.at <= now) {
            self.pay_all();
        }
        let due = |waiting: &mut Waiting| waiting.seek_at.is_some_and(|at| at <= now);
        if self.session.waiting_mut().is_some_and(due) {
            self.seek_again();
        }
    }

    pub(crate) fn meet_wake_at(&self) -> Option<u64> {
        let owed = self
            .owed
            .iter()
            .map(|owed| owed.at)
            .filter(|&at| at > self.now)
            .min();
        let seek = match self.session.inside().map(|inside| &inside.place) {
            Some(Place::Waiting(waiting)) => waiting.seek_at,
            _ => None,
        };
        owed.into_iter().chain(seek).min()
    }
}
