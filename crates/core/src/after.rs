//! What remains possible after a conversation: report, block, and opening what came.

use crate::ask::{Want, problem_of};
use crate::engine::Engine;
use crate::pictures::Pictures;
use crate::request::Request;
use crate::talk::Talk;
use crate::wire::Ask;
use crate::{Answer, Event, Misuse};
use bytes::Bytes;
use floater_e2e::Conversation;
use floater_proto::body::{
    self, Block, Fault, Offence, PictureKind, Problem, Report, SignedMessage,
};
use floater_proto::{
    Binary, ByteRange, ContentRange, Id, MessageRef, Resource, Role, Secret, Status, Username,
    field, limits,
};
use rand_core::Rng;
use std::collections::VecDeque;

/// The body of one `/report`: a message, less its head.
const REPORT_BODY_MAX: usize = limits::MESSAGE_MAX - 1024;
/// A report that does not get on for so long is refused.
const REPORT_STALLS: u64 = 60_000;
/// The wait before a step that the server could not take just now.
const AGAIN_AFTER: u64 = 1_000;

/// The last conversation, kept in memory for ten minutes.
pub(crate) struct Last {
    pub(crate) until: u64,
    what: Remembered,
}

/// What report and block need of a conversation.
struct Remembered {
    role: Role,
    peer: Username,
    ticket: Secret<String>,
    conversation: Conversation,
    pictures: Pictures,
}

impl Last {
    pub(crate) fn new(talk: Talk, until: u64) -> Self {
        let Talk {
            role,
            peer,
            ticket,
            conversation,
            pictures,
            ..
        } = talk;
        Self {
            until,
            what: Remembered {
                role,
                peer,
                ticket,
                conversation,
                pictures,
            },
        }
    }
}

/// A report under way: one request after the other.
pub(crate) struct Reporting {
    tag: u32,
    id: Id,
    steps: VecDeque<Step>,
    asked: bool,
    /// Not before this moment.
    at: u64,
    until: u64,
}

enum Step {
    Messages(Report),
    Picture {
        of: MessageRef,
        kind: PictureKind,
        bytes: Bytes,
        done: usize,
    },
}

/// The conversation of now or the last one, borrowed.
struct Subject<'a> {
    role: Role,
    peer: &'a Username,
    ticket: &'a Secret<String>,
    conversation: &'a mut Conversation,
    pictures: &'a mut Pictures,
}

impl Subject<'_> {
    /// The bytes of a picture, from wherever they are.
    fn bytes(&mut self, now: u64, id: Id) -> Option<Bytes> {
        if let Some(bytes) = self.pictures.bytes(id) {
            return Some(bytes.clone());
        }
        let bytes = self.conversation.open_picture(now, id).ok()?;
        self.pictures.opened(id, bytes.clone());
        Some(bytes)
    }

    fn picture_step(&mut self, now: u64, of: MessageRef) -> Option<Step> {
        let (id, kind) = self.pictures.of(of).filter(|_| of.by != self.role)?;
        let bytes = self.bytes(now, id)?;
        Some(Step::Picture {
            of,
            kind,
            bytes,
            done: 0,
        })
    }
}

impl Engine {
    fn subject(&mut self) -> Option<Subject<'_>> {
        if let Some(talk) = self.session.talk_mut() {
            let Talk {
                role,
                peer,
                ticket,
                conversation,
                pictures,
                ..
            } = talk;
            return Some(Subject {
                role: *role,
                peer,
                ticket,
                conversation,
                pictures,
            });
        }
        let Remembered {
            role,
            peer,
            ticket,
            conversation,
            pictures,
        } = &mut self.last.as_mut()?.what;
        Some(Subject {
            role: *role,
            peer,
            ticket,
            conversation,
            pictures,
        })
    }

    pub(crate) fn open_picture(&mut self, id: Id) -> Result<(), Misuse> {
        let now = self.now;
        let mut subject = self.subject().ok_or(Misuse::NothingRemembered)?;
        let bytes = subject.bytes(now, id).ok_or(Misuse::NoPicture)?;
        self.show(Event::PictureOpened { id, bytes });
        self.pump();
        Ok(())
    }

    pub(crate) fn block(&mut self, tag: u32) -> Result<(), Misuse> {
        let subject = self.subject().ok_or(Misuse::NothingRemembered)?;
        let body = Block {
            ticket: subject.ticket.clone(),
            name: subject.peer.clone(),
        };
        self.ask(tag, Want::Done, Request::post(Resource::Block, &body));
        Ok(())
    }

    pub(crate) fn report(
        &mut self,
        tag: u32,
        offence: Offence,
        note: String,
        messages: &[MessageRef],
    ) -> Result<(), Misuse> {
        if self.report.is_some() {
            return Err(Misuse::Busy);
        }
        let now = self.now;
        let mut id = Binary([0; 16]);
        self.rng.fill_bytes(&mut id.0);
        let mut subject = self.subject().ok_or(Misuse::NothingRemembered)?;
        if let Some(problem) = too_much(&note, messages) {
            self.refuse(tag, problem);
            return Ok(());
        }
        let evidence = messages
            .iter()
            .filter_map(|of| subject.conversation.evidence(*of));
        let base = Report {
            id,
            ticket: subject.ticket.clone(),
            offence,
            note,
            messages: Vec::new(),
        };
        let mut steps = split(&base, evidence.collect());
        steps.extend(
            messages
                .iter()
                .filter_map(|of| subject.picture_step(now, *of)),
        );
        let until = now.saturating_add(REPORT_STALLS);
        self.report = Some(Reporting {
            tag,
            id,
            steps,
            asked: false,
            at: now,
            until,
        });
        self.go_on_reporting();
        Ok(())
    }

    /// Makes the next request of the report under way, unless one is open.
    pub(crate) fn go_on_reporting(&mut self) {
        let now = self.now;
        let Some(report) = self.report.as_ref().filter(|r| !r.asked && r.at <= now) else {
            return;
        };
        let Some(step) = report.steps.front() else {
            let tag = report.tag;
            self.report = None;
            return self.show(Event::Answered {
                tag,
                answer: Answer::Done,
            });
        };
        let request = request_of(report.id, step);
        let asked = self.request(Ask::Report, &request);
        if let Some(report) = self.report.as_mut() {
            report.asked = asked;
        }
    }

    /// The link is gone: the step is made again on the next one.
    pub(crate) fn report_interrupted(&mut self) {
        if let Some(report) = self.report.as_mut() {
            report.asked = false;
        }
    }

    pub(crate) fn report_answered(&mut self, status: Status, body: &[u8]) {
        let now = self.now;
        let Some(report) = self.report.as_mut() else {
            return;
        };
        report.asked = false;
        if status.is_success() {
            report.until = now.saturating_add(REPORT_STALLS);
            if report.steps.front_mut().is_none_or(Step::advance) {
                report.steps.pop_front();
            }
            return self.go_on_reporting();
        }
        let problem = problem_of(status, body);
        let busy = matches!(problem.error, Fault::TooMany | Fault::Unavailable);
        let wait = problem.retry_after.unwrap_or(AGAIN_AFTER).max(AGAIN_AFTER);
        if busy && now.saturating_add(wait) < report.until {
            report.at = now.saturating_add(wait);
            return;
        }
        self.refuse_report(problem);
    }

    fn refuse_report(&mut self, problem: Problem) {
        if let Some(report) = self.report.take() {
            self.refuse(report.tag, problem);
        }
    }

    /// The last conversation is put away.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    pub(crate) fn tick_after(&mut self) {
        let now = self.now;
        if self.last.as_ref().is_some_and(|last| last.until <= now) {
            self.forget();
        }
        if self
            .report
            .as_ref()
            .is_some_and(|report| report.until <= now)
        {
            return self.refuse_report(Problem::new(
                Fault::Unavailable,
                "the server did not answer",
            ));
        }
        self.go_on_reporting();
    }

    pub(crate) fn after_wake_at(&self) -> Option<u64> {
        let last = self.last.as_ref().map(|last| last.until);
        let report = self.report.as_ref();
        let until = report.map(|report| report.until);
        let again = report
            .filter(|report| report.at > self.now)
            .map(|report| report.at);
        [last, until, again].into_iter().flatten().min()
    }
}

impl Step {
    /// After an answer: whether the step is done.
    fn advance(&mut self) -> bool {
        match self {
            Self::Messages(_) => true,
            Self::Picture { bytes, done, .. } => {
                *done = done.saturating_add(limits::CHUNK_MAX);
                *done >= bytes.len()
            }
        }
    }
}

fn too_much(note: &str, messages: &[MessageRef]) -> Option<Problem> {
    let (notes, most) = (limits::REPORT_NOTE_MAX, limits::REPORT_MESSAGES_MAX);
    if note.chars().count() > notes {
        return Some(Problem::invalid(
            "note",
            format!("a note has at most {notes} characters"),
        ));
    }
    let long = messages.len() > most;
    long.then(|| Problem::invalid("messages", format!("a report has at most {most} messages")))
}

/// As many messages in one request as it holds; the note in the first. One always fits.
fn split(base: &Report, messages: Vec<SignedMessage>) -> VecDeque<Step> {
    let mut reports = vec![base.clone()];
    let mut size = body::to_json(base).len();
    for message in messages {
        let more = body::to_json(&message).len().saturating_add(1);
        if size.saturating_add(more) > REPORT_BODY_MAX {
            let next = Report {
                note: String::new(),
                ..base.clone()
            };
            size = body::to_json(&next).len();
            reports.push(next);
        }
        size = size.saturating_add(more);
        if let Some(report) = reports.last_mut() {
            report.messages.push(message);
        }
    }
    reports.into_iter().map(Step::Messages).collect()
}

fn request_of(id: Id, step: &Step) -> Request {
    let (of, kind, bytes, done) = match step {
        Step::Messages(report) => return Request::post(Resource::Report, report),
        Step::Picture {
            of,
            kind,
            bytes,
            done,
        } => (of, kind, bytes, *done),
    };
    let end = done.saturating_add(limits::CHUNK_MAX).min(bytes.len());
    let chunk = bytes.get(done..end).unwrap_or_default().to_vec();
    let number = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
    let range = ByteRange {
        first: number(done),
        last: number(end.saturating_sub(1)),
    };
    let place = ContentRange {
        ranges: vec![range],
        size: number(bytes.len()),
    };
    Request::post_bytes(Resource::ReportPicture(id), kind.mime(), chunk)
        .with(field::CONTENT_RANGE, place.to_string())
        .with(field::REFERRER, Resource::Message(*of).to_string())
}
