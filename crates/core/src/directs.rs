//! Direct paths: prepared, offered, joined, lost, and sought again. FLOATER/1.0 §8

use crate::ask::problem_of;
use crate::direct::{DirectId, DirectInput, DirectOutput, Offer};
use crate::engine::Engine;
use crate::links::Links;
use crate::meet::AGAIN_AFTER;
use crate::request::Request;
use crate::session::Place;
use crate::talk::Talk;
use crate::wire::Ask;
use crate::{LinkId, Output};
use bytes::Bytes;
use floater_e2e::{PathId, PathKind};
use floater_proto::body::{AskStatus, PathOffer, PathReport, Policy, PreparedPath, Reflectors};
use floater_proto::{Binary, Id, Resource, Secret, Status};
use std::collections::BTreeSet;

/// Connections to the other one that may be open at once, most of them waiting to be chosen.
const OPEN_MAX: usize = 64;

/// Paths of direct connections have numbers above all links.
const DIRECT: u64 = 1 << 32;

/// What an engine knows of direct paths.
#[derive(Default)]
pub(crate) struct Directs {
    /// Of the session of now.
    pub(crate) reflectors: Option<Reflectors>,
    /// What the driver prepares with; nothing, while it rests.
    prepares: Option<Reflectors>,
    /// What was prepared and not offered yet.
    report: Option<PathReport>,
    /// Of one match.
    of: Option<Id>,
    tries: Tries,
}

/// The tries of one match.
#[derive(Default)]
struct Tries {
    /// The number of the last offer.
    offered: u32,
    /// The link on which the report was told to the server.
    told_on: Option<LinkId>,
    /// The server is not told before.
    tell_at: Option<u64>,
    /// What was lost is sought again at this moment.
    seek_at: Option<u64>,
    /// Connections that were not closed.
    open: BTreeSet<DirectId>,
    /// The one that both chose last, and since when.
    joined: Option<(DirectId, u64)>,
    /// The path that was lost last had not lasted.
    flickers: bool,
    /// The network has changed under the path: its loss is no wonder.
    moved: bool,
}

const fn path_of(id: DirectId) -> PathId {
    PathId(DIRECT | id.0 as u64)
}

fn direct_of(path: PathId) -> Option<DirectId> {
    let number = path.0.checked_sub(DIRECT)?;
    u32::try_from(number).ok().map(DirectId)
}

/// Whether the two may look for a direct path by now: addresses are shown to nobody before both
/// have greeted.
fn may_seek(talk: &Talk) -> bool {
    talk.gate_open && talk.policy == Policy::Direct
}

impl Engine {
    /// Something of direct paths arrived.
    pub(crate) fn direct(&mut self, input: DirectInput<'_>) {
        let now = self.now;
        match input {
            DirectInput::Report(report) => self.reported(report),
            DirectInput::Proven(id, binding) => self.proven(id, binding),
            DirectInput::Elect(id) => {
                self.talking(|talk| talk.conversation.select(now, path_of(id)))
            }
            DirectInput::Bytes(id, bytes) => {
                self.talking(|talk| talk.conversation.handle_bytes(now, path_of(id), bytes));
            }
            DirectInput::Room(id, room) => {
                self.talking(|talk| talk.conversation.handle_room(now, path_of(id), room));
            }
            DirectInput::Closed(id) => {
                self.lost(id);
                self.talking(|talk| talk.conversation.handle_path_down(now, path_of(id)));
            }
        }
    }

    fn talking(&mut self, then: impl FnOnce(&mut Talk)) {
        if let Some(talk) = self.session.talk_mut() {
            then(talk);
            self.pump();
        }
    }

    fn want(&mut self, output: DirectOutput) {
        self.out.push_back(Output::Direct(output));
    }

    fn reported(&mut self, report: &PathReport) {
        if self.directs.prepares.is_some() {
            self.directs.report = Some(report.clone());
            self.directs.tries.told_on = None;
        }
    }

    fn proven(&mut self, id: DirectId, binding: [u8; 32]) {
        let full = self.directs.tries.open.len() >= OPEN_MAX;
        if full || !self.session.talk().is_some_and(may_seek) {
            return self.want(DirectOutput::Close(id));
        }
        self.directs.tries.open.insert(id);
        let now = self.now;
        self.talking(|talk| talk.conversation.handle_proven(now, path_of(id), binding));
    }

    /// Both agree on a connection; what was prepared is let go.
    pub(crate) fn joined(&mut self, path: PathId) {
        let Some(id) = direct_of(path) else {
            return;
        };
        self.directs.report = None;
        let tries = &mut self.directs.tries;
        (tries.seek_at, tries.moved) = (None, false);
        tries.joined = Some((id, self.now));
        self.want(DirectOutput::Elected(id));
    }

    pub(crate) fn send_direct(&mut self, path: PathId, bytes: Bytes) {
        let open = &self.directs.tries.open;
        if let Some(id) = direct_of(path).filter(|id| open.contains(id)) {
            self.want(DirectOutput::Send(id, bytes));
        }
    }

    pub(crate) fn close_direct(&mut self, path: PathId) {
        if let Some(id) = direct_of(path)
            && self.lost(id)
        {
            self.want(DirectOutput::Close(id));
        }
    }

    /// A connection is no more; whether it was open. If it was a path it is sought again later.
    fn lost(&mut self, id: DirectId) -> bool {
        let (now, timers) = (self.now, self.config.timers);
        let tries = &mut self.directs.tries;
        if let Some((_, since)) = tries.joined.take_if(|(joined, _)| *joined == id) {
            let lasted = now.saturating_sub(since) >= timers.seek_path_slowly;
            let wait = match tries.flickers && !lasted {
                _ if tries.moved => 0,
                true => timers.seek_path_slowly,
                false => timers.seek_path,
            };
            tries.flickers = !lasted && !tries.moved;
            tries.seek_at = Some(now.saturating_add(wait));
        }
        tries.open.remove(&id)
    }

    /// Another network: what was to be sought later is sought now, and what is lost now, at once.
    pub(crate) fn seek_path_now(&mut self) {
        let tries = &mut self.directs.tries;
        tries.moved = tries.joined.is_some();
        if let Some(at) = &mut tries.seek_at {
            *at = self.now;
        }
    }

    /// Another network: a path that still seems alive is asked.
    pub(crate) fn doubt_paths(&mut self) {
        let now = self.now;
        self.talking(|talk| talk.conversation.handle_network(now));
    }

    /// The other one is back: the server asks it to prepare, too, when it is told again what was
    /// prepared here.
    pub(crate) fn tell_report_again(&mut self) {
        self.directs.tries.told_on = None;
    }

    /// The server says that the other one has prepared and waits. FLOATER/1.0 §8.3
    pub(crate) fn path_wanted(&mut self, of: Id) {
        let Some(talk) = self.session.talk() else {
            return;
        };
        // What was told already is on its way.
        if talk.id == of && may_seek(talk) && self.directs.report.is_none() {
            self.prepare();
        }
    }

    fn prepare(&mut self) {
        self.directs.tries.seek_at = None;
        if let Some(reflectors) = self.directs.prepares.clone() {
            self.want(DirectOutput::Prepare(reflectors));
        }
    }

    /// `POST /path/offer`. Each report is good for one.
    pub(crate) fn path_offered(&mut self, offer: PathOffer) {
        let Some(talk) = self.session.talk() else {
            return;
        };
        let fits = talk.id == offer.r#match && offer.number > self.directs.tries.offered;
        if !fits || !may_seek(talk) {
            return;
        }
        let (role, key) = (talk.role, talk.conversation.path_key().copied());
        self.directs.tries.offered = offer.number;
        if let (Some(_), Some(key)) = (self.directs.report.take(), key) {
            self.want(DirectOutput::Offer(Box::new(Offer {
                role,
                number: offer.number,
                delay: offer.delay,
                peer: offer.peer,
                key: Secret::new(Binary(key)),
            })));
        }
    }

    /// The answer to `POST /path`. What is refused for good is of no use: the server does not see it,
    /// or has had enough.
    pub(crate) fn path_answered(&mut self, status: Status, body: &[u8]) {
        if status.is_success() {
            return;
        }
        let tries = &mut self.directs.tries;
        match problem_of(status, body).retry_after {
            Some(wait) => {
                tries.told_on = None;
                tries.tell_at = Some(self.now.saturating_add(wait.max(AGAIN_AFTER)));
            }
            None if tries.told_on.is_some() => self.directs.report = None,
            None => {}
        }
    }

    /// `GET /status` says whether a direct path is alive: that holds the other one's seat.
    pub(crate) fn status_request(&self) -> Request {
        let carrier = self.session.talk().and_then(|talk| talk.carrier);
        match carrier {
            Some(PathKind::Direct) => Request::ask(Resource::Status, &AskStatus { direct: true }),
            _ => Request::get(Resource::Status),
        }
    }

    /// Prepares or rests as the moment wants it, tells the server what was prepared, and seeks again
    /// what was lost.
    pub(crate) fn tend_direct(&mut self) {
        let of = self.match_of_now();
        if self.directs.of != of {
            // What is prepared while one waits is for the match that follows.
            if self.directs.of.is_some() {
                self.release_direct();
            }
            self.directs.of = of;
        }
        if self.directs.prepares.as_ref() != self.reflectors_wanted() {
            match self.reflectors_wanted().cloned() {
                Some(reflectors) => {
                    self.directs.report = None;
                    self.directs.prepares = Some(reflectors);
                    self.prepare();
                }
                None => self.rest(),
            }
        }
        if self.directs.tries.seek_at.is_some_and(|at| at <= self.now) {
            self.prepare();
        }
        self.tell_report();
    }

    /// Whom to ask while one prepares: waiting, or in a match that allows it.
    fn reflectors_wanted(&self) -> Option<&Reflectors> {
        let policy = match &self.session.inside()?.place {
            Place::Waiting(_) => self.config.policy(),
            Place::Talk(talk) => talk.policy,
            Place::Main { .. } | Place::Elsewhere => Policy::Hidden,
        };
        let reflectors = self.directs.reflectors.as_ref();
        reflectors.filter(|_| policy == Policy::Direct)
    }

    fn rest(&mut self) {
        self.directs.report = None;
        if self.directs.prepares.take().is_some() {
            self.want(DirectOutput::Rest);
        }
    }

    /// Closes all that belonged to a match.
    pub(crate) fn release_direct(&mut self) {
        let Tries { open, .. } = std::mem::take(&mut self.directs.tries);
        for id in open {
            self.want(DirectOutput::Close(id));
        }
        self.rest();
    }

    /// `POST /path`: once for each report and link.
    fn tell_report(&mut self) {
        let (Some(talk), Some(report)) = (self.session.talk(), &self.directs.report) else {
            return;
        };
        let tries = &self.directs.tries;
        let link = Links::main_id(&self.links).filter(|link| talk.relays_on(*link));
        let is_told = link.is_none() || tries.told_on == link;
        if is_told || !may_seek(talk) || tries.tell_at.is_some_and(|at| self.now < at) {
            return;
        }
        let prepared = PreparedPath {
            r#match: talk.id,
            after: tries.offered,
            report: report.clone(),
        };
        let request = Request::post(Resource::Path, &prepared);
        if self.request(Ask::Path, &request) {
            self.directs.tries.told_on = link;
            self.directs.tries.tell_at = None;
        }
    }

    pub(crate) fn direct_wake_at(&self) -> Option<u64> {
        let tries = &self.directs.tries;
        let tell = tries.tell_at.filter(|at| *at > self.now);
        tries.seek_at.into_iter().chain(tell).min()
    }
}
