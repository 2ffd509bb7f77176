//! The records of both directions over whatever paths there are. FLOATER/1.0 §5
//!
//! It knows nothing of what the records say. Whole messages go in by [`Link::send`] and come out
//! of [`Link::deliver`], in order, each once, whatever the paths lose, double or cut.

use crate::control::Control;
use crate::event::{PathId, PathKind};
use crate::frame::{self, CONTROL, Cut, Frame, HANDSHAKE_B, Unsealed};
use crate::handshake::{Handshake, Session};
use crate::incoming::{Incoming, Want};
use crate::limits;
use crate::outgoing::Outgoing;
use crate::path::Paths;
use crate::plain::Plain;
use crate::replay::Replay;
use bytes::Bytes;
use floater_proto::Role;
use floater_proto::limits::HANDSHAKE_WITHIN;
use std::collections::VecDeque;

mod direct;
mod resume;

use resume::Probe;

/// How many milliseconds both have to find their common secret.
const HANDSHAKE_MS: u64 = HANDSHAKE_WITHIN.as_millis() as u64;

/// Records, control frames and paths of one side.
pub(crate) struct Link {
    handshake: Handshake,
    session: Option<Session>,
    secured: bool,
    /// A chooses among direct connections.
    is_chooser: bool,
    paths: Paths,
    outgoing: Outgoing,
    incoming: Incoming,
    replay: Replay,
    controls_sent: u64,
    /// Counts what was put on paths, so that a probe's answer tells what is lost.
    transmissions: u64,
    probe: Probe,
    /// Since when records wait for the peer without any progress.
    waits_since: Option<u64>,
    /// The path that the latest record of the peer came on.
    heard_on: Option<PathId>,
    fail_at: Option<u64>,
    repeat_at: Option<u64>,
    todo: VecDeque<Todo>,
    sent_numbers: VecDeque<u64>,
}

/// What is to be done about paths, in order.
pub(crate) enum Todo {
    /// Put a frame on a path.
    Send(PathId, Bytes),
    /// Both agree on a direct path.
    Join(PathId),
    /// A direct path is of no use any more.
    Close(PathId),
}

impl Link {
    pub(crate) fn new(now: u64, role: Role, handshake: Handshake) -> Self {
        Self {
            handshake,
            session: None,
            secured: false,
            is_chooser: role == Role::A,
            paths: Paths::default(),
            outgoing: Outgoing::new(),
            incoming: Incoming::new(),
            replay: Replay::new(),
            controls_sent: 0,
            transmissions: 0,
            probe: Probe::new(),
            waits_since: None,
            heard_on: None,
            fail_at: Some(now.saturating_add(HANDSHAKE_MS)),
            repeat_at: None,
            todo: VecDeque::new(),
            sent_numbers: VecDeque::new(),
        }
    }

    /// A path can carry frames: begin the handshake on it, or ask what the peer expects. Where a
    /// better path carries nothing changes.
    pub(crate) fn handle_path_up(&mut self, now: u64, id: PathId, kind: PathKind) {
        self.paths.up(now, id, kind);
        if self.paths.best().is_some_and(|path| path.id == id) {
            self.join(now);
        }
    }

    /// A path is gone. If it carried, what was on the way may be lost.
    pub(crate) fn handle_path_down(&mut self, now: u64, id: PathId) {
        if self.paths.down(id) && self.paths.carrier().is_some() {
            self.join(now);
        }
    }

    pub(crate) fn handle_room(&mut self, now: u64, id: PathId, room: usize) {
        if let Some(path) = self.paths.find(id) {
            // The system takes much that the network does not: only what was full shows by its room
            // that something has left.
            if path.room == 0 && room > 0 {
                path.pulse.beat(now);
            }
            path.room = room;
        }
    }

    /// Bytes of a path.
    pub(crate) fn handle_bytes(&mut self, now: u64, id: PathId, bytes: &[u8]) {
        let Some(path) = self.paths.find(id) else {
            return;
        };
        let (kind, mut begun) = (path.kind, std::mem::take(&mut path.inbox));
        let mut rest = bytes;
        if !begun.is_empty() {
            frame::complete(&mut begun, &mut rest);
        }
        let whole = match self.handle_frames(now, id, &begun) {
            Some([]) => {
                begun.clear();
                self.handle_frames(now, id, rest)
            }
            // It was not enough for one.
            other => other.map(|_| &[][..]),
        };
        // The relay carries whole frames: what is left is garbage. A stream keeps its beginning.
        match (kind, whole) {
            (PathKind::Relay, _) => {}
            (PathKind::Direct, None) => self.lose(now, id),
            (PathKind::Direct, Some(rest)) => {
                begun.extend_from_slice(rest);
                self.paths.keep(id, begun);
            }
        }
    }

    /// The beginning of a frame that is left; nothing, where what is left begins none.
    fn handle_frames<'a>(&mut self, now: u64, id: PathId, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let mut rest = bytes;
        loop {
            match frame::cut(rest) {
                Cut::Frame(frame, behind) => {
                    self.handle_frame(now, id, frame);
                    rest = behind;
                }
                Cut::Partial => return Some(rest),
                Cut::Garbage => return None,
            }
        }
    }

    fn handle_frame(&mut self, now: u64, path: PathId, frame: Frame<'_>) {
        match frame.n {
            n if (CONTROL..HANDSHAKE_B).contains(&n) => self.handle_control(now, path, frame),
            // On a connection that is not chosen nothing but the choice counts.
            _ if !self.paths.is_joined(path) => {}
            n if n >= HANDSHAKE_B => self.handle_handshake(now, frame),
            0 => self.handle_handshake(now, frame),
            _ => self.handle_data(now, path, frame),
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
    fn handle_data(&mut self, now: u64, path: PathId, frame: Frame<'_>) {
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
            self.incoming.keep(frame.n, plain, size, self.paths.ahead());
            self.heard_on = Some(path);
            self.beat(now, path);
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
        let Some(control) = Control::decode(&plain) else {
            return;
        };
        match control {
            Control::Select { binding } => self.handle_select(now, path, binding),
            Control::Selected { binding } => self.handle_selected(now, path, binding),
            _ if !self.paths.is_joined(path) => {}
            other => self.handle_joined(now, path, other),
        }
    }

    /// A control frame of a path that carries.
    fn handle_joined(&mut self, now: u64, path: PathId, control: Control) {
        self.beat(now, path);
        match control {
            Control::Ack { next } => self.acknowledge(now, next),
            Control::Resume { why, number, next } => {
                self.acknowledge(now, next);
                self.handle_resume(now, path, why, number);
            }
            Control::Ping { number } => self.control_on(path, Control::Pong { number }),
            Control::Pong { number } => self.paths.answered(now, path, number),
            Control::Select { .. } | Control::Selected { .. } => {}
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

    /// Whether a picture chunk of this length may go out: window, a live path, its room, and nothing
    /// before it that may have to go out again. A peer holds what comes ahead of that, but has no
    /// word for it: it would be sent twice. FLOATER/1.0 §5.3
    pub(crate) fn fits_chunk(&self, message: usize) -> bool {
        let is_ahead = self.probe.is_joining() && !self.outgoing.is_empty();
        !is_ahead
            && self.paths.best().is_some_and(|path| path.room > 0)
            && self.fits(message, limits::WINDOW_TEXT)
    }

    /// Seals a message, keeps it, and sends it if there is a path. Ask [`Link::fits`] first.
    pub(crate) fn send(&mut self, now: u64, mut message: Unsealed, number: Option<u64>) {
        let Some(session) = &self.session else {
            return;
        };
        message.pad();
        let sealed = message.seal(&session.seal, self.outgoing.next());
        if self.outgoing.is_empty() {
            self.probe.begin(now);
            self.waits_since = Some(now);
        }
        let size = sealed.len();
        self.outgoing.push(sealed, number);
        if let Some(path) = self.paths.best_mut() {
            path.room = path.room.saturating_sub(size);
        }
        self.transmit();
    }

    /// Sends control on the way back to where something came from, or on the best path.
    fn control(&mut self, back_on: Option<PathId>, control: Control) {
        if let Some(path) = self.paths.back(back_on) {
            self.control_on(path, control);
        }
    }

    fn control_on(&mut self, path: PathId, control: Control) {
        let Some(session) = &self.session else {
            return;
        };
        let n = CONTROL.saturating_add(self.controls_sent);
        self.controls_sent = self.controls_sent.saturating_add(1);
        let sealed = control.encode().seal(&session.seal, n);
        self.transmissions = self.transmissions.saturating_add(1);
        self.todo.push_back(Todo::Send(path, sealed));
    }

    fn put(&mut self, frame: Bytes) {
        if let Some(path) = self.paths.best().map(|path| path.id) {
            self.todo.push_back(Todo::Send(path, frame));
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
        if self.repeat_at.is_some_and(|at| at <= now) {
            self.repeat(now);
        }
        self.ask_if_due(now);
        self.tend(now);
        self.flush(now);
    }

    /// Acknowledges if that is due.
    pub(crate) fn flush(&mut self, now: u64) {
        if self.session.is_some() && self.incoming.due().is_some_and(|at| at <= now) {
            let next = self.incoming.next();
            self.control(self.heard_on, Control::Ack { next });
            self.incoming.acknowledged();
        }
    }

    /// The next message of the peer, in order: a padded plaintext.
    pub(crate) fn deliver(&mut self) -> Option<Plain> {
        self.incoming.deliver()
    }

    /// Counts what was delivered; call when [`Link::deliver`] is empty.
    pub(crate) fn delivered(&mut self, now: u64) {
        self.incoming.schedule(now, self.paths.ack_bytes());
        self.flush(now);
    }

    pub(crate) fn poll(&mut self) -> Option<Todo> {
        self.todo.pop_front()
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
            self.paths.due(self.waits_since).map(|(at, _)| at),
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

    /// Proves on a direct connection that it is the one wanted.
    pub(crate) fn path_key(&self) -> Option<&[u8; 32]> {
        self.session.as_ref().map(|session| &*session.path_key)
    }

    /// The kind of the path that carries.
    pub(crate) fn carrier(&self) -> Option<PathKind> {
        self.paths.carrier()
    }

    /// Picture ranges that are worth asking ahead: twice what the window holds.
    pub(crate) fn ranges_ahead(&self) -> usize {
        self.paths.window() / floater_proto::limits::CHUNK_MAX * 2
    }
}
