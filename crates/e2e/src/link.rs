//! The records of both directions over whatever paths there are. FLOATER/1.0 §5
//!
//! It knows nothing of what the records say. Whole messages go in by [`Link::send`] and come out
//! of [`Link::deliver`], in order, each once, whatever the paths lose, double or cut.

use crate::control::{Control, Why};
use crate::event::{PathId, PathKind};
use crate::frame::{self, CONTROL, Cut, Frame, HANDSHAKE_B};
use crate::handshake::{Handshake, Session};
use crate::incoming::{Incoming, Want};
use crate::limits;
use crate::outgoing::Outgoing;
use crate::path::Paths;
use crate::replay::Replay;
use floater_proto::limits::{FRAME_MAX, HANDSHAKE_WITHIN};
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// How many milliseconds both have to find their common secret.
const HANDSHAKE_MS: u64 = HANDSHAKE_WITHIN.as_millis() as u64;

/// Records, control frames and paths of one side.
pub(crate) struct Link {
    handshake: Handshake,
    session: Option<Session>,
    secured: bool,
    paths: Paths,
    outgoing: Outgoing,
    incoming: Incoming,
    replay: Replay,
    controls_sent: u64,
    /// Counts what was put on paths, so that a probe's answer tells what is lost.
    transmissions: u64,
    probe: Probe,
    fail_at: Option<u64>,
    repeat_at: Option<u64>,
    sent: VecDeque<(PathId, Vec<u8>)>,
    sent_numbers: VecDeque<u64>,
}

/// The question after what the peer expects. One is open at a time. FLOATER/1.0 §5.5
struct Probe {
    /// Of the last one.
    number: u64,
    /// What had been transmitted when it was asked; `None` once it is answered.
    mark: Option<u64>,
    /// When it was asked.
    asked: u64,
    /// When to ask next, if records still wait.
    at: Option<u64>,
    wait: u64,
}

impl Link {
    pub(crate) fn new(now: u64, handshake: Handshake) -> Self {
        Self {
            handshake,
            session: None,
            secured: false,
            paths: Paths::default(),
            outgoing: Outgoing::new(),
            incoming: Incoming::new(),
            replay: Replay::new(),
            controls_sent: 0,
            transmissions: 0,
            probe: Probe {
                number: 0,
                mark: None,
                asked: 0,
                at: None,
                wait: limits::PROBE_FIRST,
            },
            fail_at: Some(now.saturating_add(HANDSHAKE_MS)),
            repeat_at: None,
            sent: VecDeque::new(),
            sent_numbers: VecDeque::new(),
        }
    }

    /// A path can carry frames: begin the handshake on it, or ask what the peer expects.
    pub(crate) fn handle_path_up(&mut self, now: u64, id: PathId, kind: PathKind) {
        self.paths.up(id, kind);
        self.join(now);
    }

    pub(crate) fn handle_path_down(&mut self, id: PathId) {
        self.paths.down(id);
    }

    pub(crate) fn handle_room(&mut self, id: PathId, room: usize) {
        if let Some(path) = self.paths.find(id) {
            path.room = room;
        }
    }

    /// A path was joined, by oneself or the peer: what was on the way may be lost.
    pub(crate) fn join(&mut self, now: u64) {
        if !self.secured {
            self.repeat(now);
        }
        if self.session.is_some() {
            self.probe.wait = limits::PROBE_FIRST;
            self.ask(now, Why::Join);
            self.resend(0);
        }
    }

    /// Bytes of a path.
    pub(crate) fn handle_bytes(&mut self, now: u64, id: PathId, bytes: &[u8]) {
        let Some(path) = self.paths.find(id) else {
            return;
        };
        let (kind, mut inbox) = (path.kind, std::mem::take(&mut path.inbox));
        inbox.extend_from_slice(bytes);
        let mut rest = inbox.as_slice();
        let whole = loop {
            match frame::cut(rest) {
                Cut::Frame(frame, behind) => {
                    self.handle_frame(now, id, frame);
                    rest = behind;
                }
                Cut::Partial => break true,
                Cut::Garbage => break false,
            }
        };
        // The relay carries whole frames: what is left is garbage. A stream keeps its beginning.
        let kept = whole && kind == PathKind::Direct && rest.len() < FRAME_MAX;
        if let Some(path) = self.paths.find(id).filter(|_| kept) {
            path.inbox = rest.to_vec();
        }
    }

    fn handle_frame(&mut self, now: u64, path: PathId, frame: Frame<'_>) {
        match frame.n {
            n if n >= HANDSHAKE_B => self.handle_handshake(now, frame),
            0 => self.handle_handshake(now, frame),
            n if n >= CONTROL => self.handle_control(now, path, frame),
            _ => self.handle_data(now, frame),
        }
    }

    /// FLOATER/1.0 §4.4
    fn handle_handshake(&mut self, now: u64, frame: Frame<'_>) {
        if self.session.is_some() {
            // The peer repeats, so it has opened nothing of ours yet.
            self.incoming.owe(now);
            return;
        }
        let before = self.handshake.frames().len();
        self.session = self.handshake.handle(frame);
        let grown = self.handshake.frames().len() > before;
        if grown {
            let new: Vec<_> = self
                .handshake
                .frames()
                .iter()
                .skip(before)
                .cloned()
                .collect();
            new.into_iter().for_each(|frame| self.put(frame));
            self.repeat_at = Some(now.saturating_add(limits::REPEAT_EVERY));
        }
        if self.session.is_some() {
            self.incoming.owe(now);
        }
    }

    /// A frame under S was opened: the peer has the same keys.
    fn prove(&mut self) {
        self.secured = true;
        self.fail_at = None;
        self.repeat_at = None;
    }

    /// FLOATER/1.0 §5.2
    fn handle_data(&mut self, now: u64, frame: Frame<'_>) {
        let Some(session) = &self.session else {
            return;
        };
        match self.incoming.wants(frame.n) {
            Want::TooFar => return,
            Want::Duplicate => {
                // Authentic or not: one acknowledgement for one frame is no lever.
                self.incoming.owe(now);
                return;
            }
            Want::Yes => {}
        }
        if let Some(plain) = session.open.open(frame.n, &[], frame.payload) {
            let size = frame.payload.len().saturating_add(frame::HEADER);
            self.incoming
                .keep(frame.n, plain, size, self.paths.window());
            self.prove();
        }
    }

    /// FLOATER/1.0 §5.4
    fn handle_control(&mut self, now: u64, path: PathId, frame: Frame<'_>) {
        let Some(session) = &self.session else {
            return;
        };
        let Some(plain) = session.open.open(frame.n, &[], frame.payload) else {
            return;
        };
        if !self.replay.accept(frame.n.wrapping_sub(CONTROL)) {
            return;
        }
        self.prove();
        match Control::decode(&plain) {
            Some(Control::Ack { next }) => self.acknowledge(now, next),
            Some(Control::Resume { why, number, next }) => {
                self.acknowledge(now, next);
                self.handle_resume(now, why, number);
            }
            Some(Control::Ping { number }) => self.control_on(path, Control::Pong { number }),
            // Direct paths are not offered yet, so nobody has asked anything on one.
            Some(Control::Pong { .. } | Control::Select | Control::Selected) | None => {}
        }
    }

    fn acknowledge(&mut self, now: u64, next: u64) {
        if self.outgoing.acknowledge(next) {
            self.probe.wait = limits::PROBE_FIRST;
            let wait = (!self.outgoing.is_empty()).then_some(self.probe.wait);
            self.probe.at = wait.map(|wait| now.saturating_add(wait));
        }
    }

    /// FLOATER/1.0 §5.5
    fn handle_resume(&mut self, now: u64, why: Why, number: u64) {
        if why == Why::Answer {
            let answered = if number == self.probe.number {
                self.probe.mark.take()
            } else {
                None
            };
            if let Some(mark) = answered {
                self.resend(mark);
            }
            return;
        }
        self.control(Control::Resume {
            why: Why::Answer,
            number,
            next: self.incoming.next(),
        });
        self.incoming.acknowledged();
        if why == Why::Join && !self.outgoing.is_empty() {
            self.probe.wait = limits::PROBE_FIRST;
            // A peer that joins without end must not make us send the window without end.
            let earliest = self.probe.asked.saturating_add(limits::PROBE_APART);
            if now >= earliest {
                self.ask(now, Why::Probe);
            } else {
                self.probe.at = Some(earliest);
            }
        }
    }

    /// Asks what the peer expects; the answer lets everything go out again that was sent before
    /// the question and has not come.
    fn ask(&mut self, now: u64, why: Why) {
        self.probe.number = self.probe.number.saturating_add(1);
        self.probe.mark = Some(self.transmissions);
        self.probe.asked = now;
        self.probe.at = Some(now.saturating_add(self.probe.wait));
        let next = self.incoming.next();
        self.control(Control::Resume {
            why,
            number: self.probe.number,
            next,
        });
        self.incoming.acknowledged();
    }

    /// Puts everything on the best path that was last sent at this mark or before it.
    fn resend(&mut self, mark: u64) {
        let Some(path) = self.paths.best().map(|path| path.id) else {
            return;
        };
        for record in self.outgoing.before(mark.saturating_add(1)) {
            self.transmissions = self.transmissions.saturating_add(1);
            let first = record.mark == 0;
            record.mark = self.transmissions;
            self.sent.push_back((path, record.frame.clone()));
            self.sent_numbers.extend(record.number.filter(|_| first));
        }
    }

    /// Whether a message of this length fits the window, `reserve` bytes left free.
    pub(crate) fn fits(&self, message: usize, reserve: usize) -> bool {
        let window = self.paths.window().saturating_sub(reserve);
        let bytes = self
            .outgoing
            .bytes()
            .saturating_add(frame::size_of(message));
        self.session.is_some() && bytes <= window
    }

    /// Whether a picture chunk of this length may go out: window, a live path, and its room.
    pub(crate) fn fits_chunk(&self, message: usize) -> bool {
        self.paths.best().is_some_and(|path| path.room > 0)
            && self.fits(message, limits::WINDOW_TEXT)
    }

    /// Seals a message, keeps it, and sends it if there is a path. Ask [`Link::fits`] first.
    pub(crate) fn send(&mut self, now: u64, message: Zeroizing<Vec<u8>>, number: Option<u64>) {
        let Some(session) = &self.session else {
            return;
        };
        let mut plain = message;
        frame::pad(&mut plain);
        let sealed = frame::seal(&session.seal, self.outgoing.next(), &plain);
        if self.outgoing.is_empty() {
            self.probe.wait = limits::PROBE_FIRST;
            self.probe.at = Some(now.saturating_add(self.probe.wait));
        }
        let size = sealed.len();
        self.outgoing.push(sealed, number);
        if let Some(path) = self.paths.best_mut() {
            path.room = path.room.saturating_sub(size);
            self.resend(0);
        }
    }

    fn control(&mut self, control: Control) {
        if let Some(path) = self.paths.best().map(|path| path.id) {
            self.control_on(path, control);
        }
    }

    fn control_on(&mut self, path: PathId, control: Control) {
        let Some(session) = &self.session else {
            return;
        };
        let n = CONTROL.saturating_add(self.controls_sent);
        self.controls_sent = self.controls_sent.saturating_add(1);
        let sealed = frame::seal(&session.seal, n, &control.encode());
        self.transmissions = self.transmissions.saturating_add(1);
        self.sent.push_back((path, sealed));
    }

    fn put(&mut self, frame: Vec<u8>) {
        if let Some(path) = self.paths.best().map(|path| path.id) {
            self.sent.push_back((path, frame));
        }
    }

    /// FLOATER/1.0 §4.5
    fn repeat(&mut self, now: u64) {
        let frames = self.handshake.frames().to_vec();
        frames.into_iter().for_each(|frame| self.put(frame));
        self.repeat_at = Some(now.saturating_add(limits::REPEAT_EVERY));
    }

    /// Sends what is due.
    pub(crate) fn handle_wake(&mut self, now: u64) {
        let is_due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        if is_due(self.repeat_at) {
            self.repeat(now);
        }
        if is_due(self.probe.at) {
            self.probe.at = None;
            if !self.outgoing.is_empty() && self.session.is_some() {
                self.probe.wait = self.probe.wait.saturating_mul(2).min(limits::PROBE_MAX);
                self.ask(now, Why::Probe);
            }
        }
        self.flush(now);
    }

    /// Acknowledges if that is due.
    pub(crate) fn flush(&mut self, now: u64) {
        if self.session.is_some() && self.incoming.due().is_some_and(|at| at <= now) {
            self.control(Control::Ack {
                next: self.incoming.next(),
            });
            self.incoming.acknowledged();
        }
    }

    /// The next message of the peer, in order: a padded plaintext.
    pub(crate) fn deliver(&mut self) -> Option<Zeroizing<Vec<u8>>> {
        self.incoming.deliver()
    }

    /// Counts what was delivered; call when [`Link::deliver`] is empty.
    pub(crate) fn delivered(&mut self, now: u64) {
        self.incoming.schedule(now, self.paths.ack_bytes());
        self.flush(now);
    }

    pub(crate) fn poll(&mut self) -> Option<(PathId, Vec<u8>)> {
        self.sent.pop_front()
    }

    /// The number of a signed message that was put on a path for the first time.
    pub(crate) fn poll_sent(&mut self) -> Option<u64> {
        self.sent_numbers.pop_front()
    }

    pub(crate) fn wake_at(&self) -> Option<u64> {
        [
            self.repeat_at,
            self.probe.at,
            self.incoming.due(),
            self.fail_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether the time for the handshake is over.
    pub(crate) fn has_failed(&self, now: u64) -> bool {
        self.fail_at.is_some_and(|at| at <= now)
    }

    pub(crate) const fn is_secured(&self) -> bool {
        self.secured
    }

    /// The handshake hash, once S is known.
    pub(crate) fn hash(&self) -> Option<&[u8; 32]> {
        self.session.as_ref().map(|session| &session.hash)
    }

    /// Picture ranges that are worth asking ahead: twice what the window holds.
    pub(crate) fn ranges_ahead(&self) -> usize {
        self.paths.window() / floater_proto::limits::CHUNK_MAX * 2
    }
}
