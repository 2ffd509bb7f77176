//! The end of a match, here and for the server, which is told until it answers.

use crate::Ending;
use crate::after::Last;
use crate::engine::Engine;
use crate::meet::AGAIN_AFTER;
use crate::request::Request;
use crate::session::Place;
use crate::wire::{Ask, Wire};
use floater_proto::body::{EndMatch, MatchEnded, Over, Reason};
use floater_proto::{Id, Resource, Secret, Status};

/// Ends of matches that the server has not answered; the oldest gives way.
const OWED_MAX: usize = 4;

/// An end that the server has not answered yet.
pub(crate) struct Owed {
    pub(crate) id: Id,
    pub(crate) reason: Reason,
    pub(crate) ticket: Secret<String>,
    /// Not before this moment.
    pub(crate) at: u64,
}

impl Engine {
    pub(crate) fn match_ended(&mut self, ended: MatchEnded) {
        self.owed.retain(|owed| owed.id != ended.r#match);
        if self.match_of_now() == Some(ended.r#match) {
            self.over(ended.over);
        }
    }

    /// The match of now is over, as the server has it.
    pub(crate) fn over(&mut self, over: Over) {
        let Some(talk) = self.session.talk() else {
            return;
        };
        let ending = talk.ending(over.reason, over.by == Some(talk.role));
        self.finish(ending, None);
    }

    /// Ends the match of now here; and for the others too, if that is owed.
    pub(crate) fn finish(&mut self, ending: Ending, owe: Option<Reason>) {
        if owe.is_some_and(|reason| self.end_inside(reason)) {
            self.pump();
        }
        let Some(inside) = self.session.inside_mut() else {
            return;
        };
        let talk = match std::mem::replace(&mut inside.place, Place::Main { ending: None }) {
            Place::Talk(talk) => talk,
            other => {
                inside.place = other;
                return;
            }
        };
        if let Some(reason) = owe {
            self.owe(talk.id, reason, talk.ticket.clone());
        }
        let waits_on = match ending {
            Ending::PeerSilent | Ending::Unreachable => Some(talk.waited_since),
            _ => None,
        };
        self.last = Some(Last::new(
            *talk,
            self.now.saturating_add(self.config.timers.remember),
        ));
        match waits_on {
            Some(since) => {
                self.wait_since(since, Some(ending));
                self.seek_again();
            }
            None => self.show_main(Some(ending)),
        }
    }

    pub(crate) fn end_inside(&mut self, reason: Reason) -> bool {
        let now = self.now;
        self.session
            .talk_mut()
            .is_some_and(|talk| talk.conversation.end(now, reason).is_ok())
    }

    /// `/match/end`, kept until it is answered.
    pub(crate) fn owe(&mut self, id: Id, reason: Reason, ticket: Secret<String>) {
        if self.owed.len() >= OWED_MAX {
            self.owed.pop_front();
        }
        self.owed.push_back(Owed {
            id,
            reason,
            ticket,
            at: self.now,
        });
        self.pay_all();
    }

    /// Tells the server every end that it has not answered.
    pub(crate) fn pay_all(&mut self) {
        let due = self.owed.iter().filter(|owed| owed.at <= self.now);
        let due: Vec<_> = due.map(|owed| (owed.id, owed.reason)).collect();
        for (id, reason) in due {
            let told =
                |wire: &Wire| wire.is_open(|ask| matches!(ask, Ask::End(open) if *open == id));
            if !self.links.main.as_ref().is_some_and(told) {
                let body = EndMatch {
                    r#match: Some(id),
                    reason,
                };
                self.request(Ask::End(id), &Request::post(Resource::MatchEnd, &body));
            }
        }
    }

    pub(crate) fn end_answered(&mut self, id: Id, status: Status) {
        if status.code() >= 500 || status == Status::TOO_MANY {
            let at = self.now.saturating_add(AGAIN_AFTER);
            self.owed
                .iter_mut()
                .filter(|owed| owed.id == id)
                .for_each(|owed| owed.at = at);
        } else {
            self.owed.retain(|owed| owed.id != id);
        }
    }
}
