//! What a person wants in a conversation.

use crate::engine::Engine;
use crate::{Ending, Event, Line, Message, Misuse, Tick};
use floater_proto::MessageRef;
use floater_proto::body::Reason;

impl Engine {
    pub(crate) fn greet(&mut self) -> Result<(), Misuse> {
        let now = self.now;
        let talk = self.session.talk_mut().ok_or(Misuse::NoConversation)?;
        talk.conversation
            .greet(now)
            .map_err(|error| misuse(error, Misuse::Greeting))?;
        self.pump();
        Ok(())
    }

    pub(crate) fn say(&mut self, text: &str, quote: Option<MessageRef>) -> Result<(), Misuse> {
        let now = self.now;
        let talk = self.session.talk_mut().ok_or(Misuse::NoConversation)?;
        let said = talk.conversation.say(now, text, quote);
        let of = said.map_err(|error| misuse(error, Misuse::Line))?;
        self.said(
            of,
            quote,
            Message::Text {
                text: text.to_owned(),
            },
        );
        Ok(())
    }

    pub(crate) fn said(&mut self, of: MessageRef, quote: Option<MessageRef>, message: Message) {
        let at = self.now;
        if let Some(talk) = self.session.talk_mut() {
            talk.said(at, of.number);
            talk.typing_until = None;
        }
        self.show(Event::Line {
            line: Line {
                of,
                own: true,
                at,
                quote,
                message,
            },
        });
        self.show(Event::Tick {
            number: of.number,
            tick: Tick::Waiting,
        });
        self.pump();
    }

    pub(crate) fn seen(&mut self, number: u64) -> Result<(), Misuse> {
        let (now, told) = (self.now, self.config.signs.seen);
        let talk = self.session.talk_mut().ok_or(Misuse::NoConversation)?;
        if told {
            talk.conversation.seen(now, number);
            self.pump();
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self) -> Result<(), Misuse> {
        self.session.talk().ok_or(Misuse::NoConversation)?;
        self.finish(Ending::YouLeft, Some(Reason::Left));
        Ok(())
    }
}

/// The conversation's refusal as the interface's.
pub(crate) const fn misuse(error: floater_e2e::Misuse, otherwise: Misuse) -> Misuse {
    match error {
        floater_e2e::Misuse::GreetFirst => Misuse::Greeting,
        floater_e2e::Misuse::Over => Misuse::NoConversation,
        _ => otherwise,
    }
}
