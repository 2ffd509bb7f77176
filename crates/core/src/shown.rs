//! What happens in a conversation, as the interface shows it.

use crate::engine::Engine;
use crate::{Ending, Event, Line, Message, PathInUse, PictureState, SafetyWord, Tick};
use floater_e2e::{Event as Inner, PathKind};
use floater_proto::MessageRef;
use floater_proto::body::{Policy, Reason};

/// 「对方正在输入」 goes away by itself after this.
const TYPING_SHOWN: u64 = 6_000;
/// One's own typing counts as stopped after this.
const TYPING_TOLD: u64 = 5_000;

impl Engine {
    /// Something happened inside the conversation.
    pub(crate) fn inner(&mut self, event: Inner) {
        match event {
            Inner::Secured => self.show_path(),
            Inner::Joined { path } => self.joined(path),
            Inner::Carrier(kind) => self.carried_by(kind),
            Inner::PeerHid => self.hide(),
            Inner::Greeted { own, peer } => self.greeted(own, peer),
            Inner::Text { of, text, quote } => {
                self.stopped_typing();
                self.line(of, quote, Message::Text { text });
            }
            Inner::Picture { of, offer, quote } => {
                if let Some(talk) = self.session.talk_mut() {
                    talk.pictures.offered(offer.id, of, offer.kind);
                }
                self.stopped_typing();
                self.line(of, quote, Message::Picture { offer });
            }
            Inner::Sent { number } => self.tick_line(number, Tick::Sent),
            Inner::Delivered { number } => self.tick_line(number, Tick::Delivered),
            Inner::SeenByPeer { number } if self.config.signs.seen => {
                self.tick_line(number, Tick::Seen);
            }
            Inner::SeenByPeer { .. } => {}
            Inner::Typing(typing) => self.peer_types(typing),
            Inner::PictureReceived { id, done } | Inner::PictureSent { id, done } => {
                self.show(Event::Picture {
                    id,
                    state: PictureState::Moving { done },
                });
            }
            Inner::PictureComplete { id } => {
                self.show(Event::Picture {
                    id,
                    state: PictureState::Complete,
                });
            }
            Inner::PictureFailed { id } => {
                self.show(Event::Picture {
                    id,
                    state: PictureState::Failed,
                });
            }
            Inner::Safety(words) => self.show(Event::Safety {
                words: words.map(word).to_vec(),
            }),
            Inner::CanSay(can) => self.show(Event::CanSay { can }),
            Inner::Ended {
                reason,
                by_peer: true,
            } => self.ended_by_peer(reason),
            Inner::Ended { by_peer: false, .. } => {}
            Inner::Failed => self.finish(Ending::Unreachable, Some(Reason::Unreachable)),
        }
    }

    /// Shows what carries the conversation, once there is something to show.
    pub(crate) fn show_path(&mut self) {
        let Some(talk) = self.session.talk() else {
            return;
        };
        if talk.conversation.is_secured() {
            let (direct, policy) = (talk.carrier == Some(PathKind::Direct), talk.policy);
            self.show(Event::Path {
                path: PathInUse { direct, policy },
            });
        }
    }

    /// Another path carries, or none does: from then on the seat is held.
    fn carried_by(&mut self, kind: Option<PathKind>) {
        let (now, grace) = (self.now, self.config.timers.grace);
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        let before = std::mem::replace(&mut talk.carrier, kind);
        talk.held_until = kind.is_none().then(|| now.saturating_add(grace));
        if kind.is_some() {
            self.show_path();
        }
        self.show_peer();
        self.show_lost_again();
        if before == Some(PathKind::Direct) {
            // What broke the direct path may have broken the link, too.
            let patience = self.four_round_trips().max(self.config.timers.probe);
            self.probe(patience);
        }
    }

    /// One of the two hides from now on.
    pub(crate) fn hide(&mut self) {
        let now = self.now;
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        if talk.policy != Policy::Hidden {
            talk.tighten(Policy::Hidden);
            talk.conversation.hide(now);
            self.show_path();
            self.pump();
        }
    }

    pub(crate) fn greeted(&mut self, own: bool, peer: bool) {
        self.show(Event::Greeted { own, peer });
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        if !talk.gate_open && talk.conversation.is_gate_open() {
            talk.gate_open = true;
            self.show_stage();
        }
    }

    pub(crate) fn ended_by_peer(&mut self, reason: Reason) {
        if let Some(talk) = self.session.talk() {
            let ending = talk.ending(reason, false);
            self.finish(ending, Some(reason));
        }
    }

    pub(crate) fn line(&mut self, of: MessageRef, quote: Option<MessageRef>, message: Message) {
        let line = Line {
            of,
            own: false,
            at: self.now,
            quote,
            message,
        };
        self.show(Event::Line { line });
    }

    pub(crate) fn tick_line(&mut self, number: u64, tick: Tick) {
        if let Some(talk) = self.session.talk_mut().filter(|_| tick >= Tick::Delivered) {
            talk.undelivered.remove(&number);
            self.line_arrived();
        }
        self.show(Event::Tick { number, tick });
    }

    pub(crate) fn peer_types(&mut self, typing: bool) {
        let until = self.now.saturating_add(TYPING_SHOWN);
        let Some(talk) = self.session.talk_mut() else {
            return;
        };
        let shown = talk.typing_shown_until.is_some();
        talk.typing_shown_until = typing.then_some(until);
        if shown != typing {
            self.show(Event::Typing { typing });
        }
    }

    pub(crate) fn stopped_typing(&mut self) {
        self.peer_types(false);
    }

    /// One types, or has stopped to.
    pub(crate) fn typing(&mut self, typing: bool) {
        let (now, told) = (self.now, self.config.signs.typing);
        let until = now.saturating_add(TYPING_TOLD);
        if let Some(talk) = self
            .session
            .talk_mut()
            .filter(|talk| told && talk.gate_open)
        {
            talk.typing_until = typing.then_some(until);
            talk.conversation.typing(now, typing);
            self.pump();
        }
    }
}

const fn word(word: floater_e2e::SafetyWord) -> SafetyWord {
    SafetyWord {
        emoji: word.emoji,
        zh: word.zh,
        en: word.en,
    }
}
