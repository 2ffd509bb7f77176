//! The ways to the peer, and which of them carries. FLOATER/1.0 §5.6

use crate::event::{PathId, PathKind};
use crate::limits;

/// What both proved with on a direct connection: the random halves of both proofs, A's first.
pub(crate) type Binding = [u8; 32];

/// A way to the peer.
pub(crate) struct Path {
    pub(crate) id: PathId,
    pub(crate) kind: PathKind,
    /// What the driver said that it can take, less what it was given since.
    pub(crate) room: usize,
    /// The beginning of a frame that a byte stream has not completed yet.
    pub(crate) inbox: Vec<u8>,
    standing: Standing,
    pub(crate) pulse: Pulse,
}

/// What a path is good for.
#[derive(Clone, Copy)]
enum Standing {
    /// Carries frames.
    Joined,
    /// Proved by both and not chosen: SELECT and SELECTED pass, and nothing else.
    Proven {
        binding: Binding,
        until: u64,
        /// A chose it, and B has not agreed.
        is_selected: bool,
    },
}

impl Path {
    fn new(id: PathId, kind: PathKind, standing: Standing, now: u64) -> Self {
        Self {
            id,
            kind,
            room: 0,
            inbox: Vec::new(),
            standing,
            pulse: Pulse::new(now),
        }
    }

    pub(crate) const fn is_joined(&self) -> bool {
        matches!(self.standing, Standing::Joined)
    }

    fn is_joined_direct(&self) -> bool {
        self.is_joined() && self.kind == PathKind::Direct
    }

    /// A direct path before the relay, the relay before a direct path that does not answer.
    fn rank(&self) -> Option<u8> {
        match (self.standing, self.kind) {
            (Standing::Proven { .. }, _) => None,
            (Standing::Joined, PathKind::Relay) => Some(1),
            (Standing::Joined, PathKind::Direct) if self.pulse.suspect_since.is_some() => Some(0),
            (Standing::Joined, PathKind::Direct) => Some(2),
        }
    }
}

/// Whether a direct path answers. FLOATER/1.0 §5.6
pub(crate) struct Pulse {
    /// Of the latest PING and its PONG, slow to fall.
    round_trip: Option<u64>,
    /// The open PING: its number, and when it was sent.
    asked: Option<(u64, u64)>,
    /// When a frame came on it, or it had room again after it was full.
    heard: u64,
    /// Since when nothing has come though something should have.
    suspect_since: Option<u64>,
}

impl Pulse {
    const fn new(now: u64) -> Self {
        Self {
            round_trip: None,
            asked: None,
            heard: now,
            suspect_since: None,
        }
    }

    /// A sign of life.
    pub(crate) const fn beat(&mut self, now: u64) {
        self.heard = now;
        self.suspect_since = None;
    }

    fn answered(&mut self, now: u64, number: u64) {
        if let Some((_, at)) = self.asked.take_if(|(asked, _)| *asked == number) {
            // What answers after a standstill says nothing of the round trip.
            let sample = now.saturating_sub(at).min(limits::ROUND_TRIP_MAX);
            let before = self.round_trip.unwrap_or(sample);
            let slow = before.saturating_mul(7).saturating_add(sample) / 8;
            self.round_trip = Some(slow.max(sample));
        }
    }

    /// How long it may be silent while something waits.
    fn patience(&self) -> u64 {
        self.round_trip.map_or(limits::SUSPECT_UNKNOWN, |rtt| {
            rtt.saturating_mul(4).max(limits::SUSPECT_AFTER)
        })
    }
}

/// What is due on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A sign of life is to be asked for.
    Ping(PathId),
    /// It does not answer: the relay takes over until it does.
    Suspect(PathId),
    /// It is of no use any more.
    Drop(PathId),
}

/// The paths that are up.
#[derive(Default)]
pub(crate) struct Paths {
    all: Vec<Path>,
    pings: u64,
}

impl Paths {
    pub(crate) fn up(&mut self, now: u64, id: PathId, kind: PathKind) {
        self.down(id);
        self.all.push(Path::new(id, kind, Standing::Joined, now));
    }

    /// Both have proved who they are on a new connection.
    pub(crate) fn prove(&mut self, now: u64, id: PathId, binding: Binding) {
        self.down(id);
        let until = now.saturating_add(limits::SELECT_WITHIN);
        let standing = Standing::Proven {
            binding,
            until,
            is_selected: false,
        };
        self.all
            .push(Path::new(id, PathKind::Direct, standing, now));
    }

    /// SELECT or SELECTED came on a path, or goes out on it: whether it is joined by that.
    pub(crate) fn choose(&mut self, now: u64, id: PathId, said: &Binding) -> bool {
        let Some(path) = self.find(id) else {
            return false;
        };
        let chosen = matches!(&path.standing, Standing::Proven { binding, .. } if binding == said);
        if chosen {
            path.standing = Standing::Joined;
            path.pulse.beat(now);
        }
        chosen
    }

    /// A chooses a path: what names it. `None` if it cannot be chosen.
    pub(crate) fn select(&mut self, id: PathId) -> Option<Binding> {
        match &mut self.find(id)?.standing {
            Standing::Proven {
                binding,
                is_selected,
                ..
            } => {
                *is_selected = true;
                Some(*binding)
            }
            Standing::Joined => None,
        }
    }

    /// Whether A chose this path, and B has not agreed.
    pub(crate) fn is_selected(&self, id: PathId) -> bool {
        let selected = |path: &Path| {
            matches!(
                path.standing,
                Standing::Proven {
                    is_selected: true,
                    ..
                }
            )
        };
        self.all.iter().any(|path| path.id == id && selected(path))
    }

    /// Takes a path out; whether it carried.
    pub(crate) fn down(&mut self, id: PathId) -> bool {
        let carried = self.best().is_some_and(|path| path.id == id);
        self.all.retain(|path| path.id != id);
        carried
    }

    pub(crate) fn find(&mut self, id: PathId) -> Option<&mut Path> {
        self.all.iter_mut().find(|path| path.id == id)
    }

    /// Keeps the beginning of a frame; it is shorter than a frame.
    pub(crate) fn keep(&mut self, id: PathId, beginning: Vec<u8>) {
        if let Some(path) = self.find(id) {
            path.inbox = beginning;
        }
    }

    /// Direct paths of which no sign of life is awaited.
    pub(crate) fn unasked(&self) -> impl Iterator<Item = PathId> {
        let joined = self.all.iter().filter(|path| path.is_joined_direct());
        joined
            .filter(|path| path.pulse.asked.is_none())
            .map(|path| path.id)
    }

    pub(crate) fn directs(&self) -> impl Iterator<Item = PathId> {
        let direct = self.all.iter().filter(|path| path.kind == PathKind::Direct);
        direct.map(|path| path.id)
    }

    /// The path that carries: the newest of the best kind.
    pub(crate) fn best(&self) -> Option<&Path> {
        let joined = self.all.iter().filter(|path| path.is_joined());
        joined.max_by_key(|path| path.rank())
    }

    /// A way back to whom something came from: the path it came on, or the best one.
    pub(crate) fn back(&self, on: Option<PathId>) -> Option<PathId> {
        let same = |path: &&Path| path.is_joined() && Some(path.id) == on;
        let path = self.all.iter().find(same).or_else(|| self.best());
        path.map(|path| path.id)
    }

    pub(crate) fn best_mut(&mut self) -> Option<&mut Path> {
        let id = self.best()?.id;
        self.find(id)
    }

    pub(crate) fn is_joined(&self, id: PathId) -> bool {
        self.all
            .iter()
            .any(|path| path.id == id && path.is_joined())
    }

    /// A PONG came.
    pub(crate) fn answered(&mut self, now: u64, id: PathId, number: u64) {
        if let Some(path) = self.find(id) {
            path.pulse.answered(now, number);
        }
    }

    pub(crate) fn carrier(&self) -> Option<PathKind> {
        self.best().map(|path| path.kind)
    }

    /// Frame bytes that may be unacknowledged. FLOATER/1.0 §5.3
    pub(crate) fn window(&self) -> usize {
        match self.carrier() {
            Some(PathKind::Direct) => limits::WINDOW_DIRECT,
            _ => limits::WINDOW_RELAY,
        }
    }

    /// Frame bytes of the future that are held: what the peer may send on any of the paths.
    pub(crate) fn ahead(&self) -> usize {
        if self.all.iter().any(Path::is_joined_direct) {
            limits::WINDOW_DIRECT
        } else {
            limits::WINDOW_RELAY
        }
    }

    /// Frame bytes after which an acknowledgement is sent at once. FLOATER/1.0 §5.3
    pub(crate) fn ack_bytes(&self) -> usize {
        match self.carrier() {
            Some(PathKind::Direct) => limits::ACK_BYTES_DIRECT,
            _ => limits::ACK_BYTES_RELAY,
        }
    }

    /// Opens a PING on a path: its number.
    pub(crate) fn ping(&mut self, now: u64, id: PathId) -> u64 {
        self.pings = self.pings.saturating_add(1);
        let number = self.pings;
        if let Some(path) = self.find(id) {
            path.pulse.asked = Some((number, now));
        }
        number
    }

    /// A path does not answer; whether a PING is to be sent on it.
    pub(crate) fn suspect(&mut self, now: u64, id: PathId) -> bool {
        self.find(id).is_some_and(|path| {
            path.pulse.suspect_since = Some(now);
            path.pulse.asked.is_none()
        })
    }

    /// What is due next and when. `waits_since`: since when records wait for the peer.
    pub(crate) fn due(&self, waits_since: Option<u64>) -> Option<(u64, Due)> {
        let each = self.all.iter().flat_map(|path| due(path, waits_since));
        each.flatten().min()
    }
}

/// The moments of one path.
fn due(path: &Path, waits_since: Option<u64>) -> [Option<(u64, Due)>; 2] {
    let (id, pulse) = (path.id, &path.pulse);
    if let Standing::Proven { until, .. } = path.standing {
        return [Some((until, Due::Drop(id))), None];
    }
    if path.kind == PathKind::Relay {
        return [None, None];
    }
    if let Some(since) = pulse.suspect_since {
        let at = since.saturating_add(limits::SUSPECT_FOR);
        return [Some((at, Due::Drop(id))), None];
    }
    let asked = pulse.asked.map(|(_, at)| at);
    let waits = [waits_since, asked].into_iter().flatten().min();
    let suspect = waits.map(|since| {
        let at = since.max(pulse.heard).saturating_add(pulse.patience());
        (at, Due::Suspect(id))
    });
    let ping = (asked.is_none()).then(|| {
        let every = pulse.round_trip.map_or(0, |_| limits::PING_EVERY);
        (pulse.heard.saturating_add(every), Due::Ping(id))
    });
    [suspect, ping]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_round_trip_rises_at_once_and_falls_slowly() {
        let mut pulse = Pulse::new(0);
        let patience = |pulse: &mut Pulse, number: u64, round_trip: u64| {
            let at = number * 10_000;
            pulse.asked = Some((number, at));
            pulse.answered(at + 1, number + 1);
            assert_eq!(pulse.asked, Some((number, at)), "that answers another one");
            pulse.answered(at + round_trip, number);
            assert_eq!(pulse.asked, None);
            pulse.patience()
        };
        assert_eq!(pulse.patience(), limits::SUSPECT_UNKNOWN);
        assert_eq!(patience(&mut pulse, 1, 200), 800);
        assert_eq!(patience(&mut pulse, 2, 1_000), 4_000);
        assert_eq!(patience(&mut pulse, 3, 200), 4 * 900);
        assert_eq!(patience(&mut pulse, 4, 200), 4 * 812);
        let longest = 4 * limits::ROUND_TRIP_MAX;
        assert_eq!(patience(&mut pulse, 5, 9_000), longest);
        for number in 6..60 {
            patience(&mut pulse, number, 1);
        }
        assert_eq!(pulse.patience(), limits::SUSPECT_AFTER);
    }

    #[test]
    fn bounds_are_those_of_the_path_that_carries() {
        let mut paths = Paths::default();
        let bounds = |paths: &Paths| (paths.window(), paths.ack_bytes(), paths.ahead());
        let relay = (
            limits::WINDOW_RELAY,
            limits::ACK_BYTES_RELAY,
            limits::WINDOW_RELAY,
        );
        let direct = (
            limits::WINDOW_DIRECT,
            limits::ACK_BYTES_DIRECT,
            limits::WINDOW_DIRECT,
        );
        paths.up(0, PathId(1), PathKind::Relay);
        assert_eq!(bounds(&paths), relay);
        paths.prove(0, PathId(2), [7; 32]);
        assert_eq!(bounds(&paths), relay, "it is not chosen");
        assert!(paths.choose(0, PathId(2), &[7; 32]));
        assert_eq!(bounds(&paths), direct);
        paths.suspect(0, PathId(2));
        let (window, ack_bytes, ahead) = bounds(&paths);
        assert_eq!((window, ack_bytes), (relay.0, relay.1));
        assert_eq!(ahead, direct.2, "the peer may not know yet");
        assert!(!paths.down(PathId(2)), "it did not carry");
        assert_eq!(bounds(&paths), relay);
        assert!(paths.down(PathId(1)));
    }
}
