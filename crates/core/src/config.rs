use floater_proto::body::{Keep, Policy};
use floater_proto::{Id, Secret, limits};
use serde::Deserialize;

/// What a driver decides once for an engine.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// How a session is found again on the next link.
    pub keep: Keep,
    /// The token of the session of last time, where [`Keep::Token`] is used.
    #[serde(default)]
    pub token: Option<Secret<String>>,
    /// `User-Agent` to the server. Strangers never see it.
    pub agent: String,
    /// Drawn once by each tab or program.
    pub instance: Id,
    /// Whether a direct path may be tried.
    pub policy: Policy,
    /// Whether the driver can find one: it does what [`crate::DirectOutput`] says. Where it cannot
    /// every match is as hidden as it is.
    #[serde(skip)]
    pub punches: bool,
    /// What the other one may know.
    #[serde(default)]
    pub signs: Signs,
    /// Spans, all with defaults.
    #[serde(skip)]
    pub timers: Timers,
}

impl Config {
    /// A configuration with the default timers, hidden address, no signs to the other one, and no
    /// way to a direct path.
    #[must_use]
    pub fn new(keep: Keep, agent: &str, instance: Id) -> Self {
        Self {
            keep,
            token: None,
            agent: agent.to_owned(),
            instance,
            policy: Policy::Hidden,
            punches: false,
            signs: Signs::default(),
            timers: Timers::default(),
        }
    }

    /// What the other one is told: without a way to a direct path everything goes through the
    /// server.
    pub(crate) const fn policy(&self) -> Policy {
        if self.punches {
            self.policy
        } else {
            Policy::Hidden
        }
    }
}

/// What the other one may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Signs {
    /// That one types.
    pub typing: bool,
    /// What one has seen; and one is told only if one tells.
    pub seen: bool,
}

/// Spans, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// The first wait between two tries to connect is up to this; it doubles.
    pub retry_base: u64,
    /// The longest wait between two tries.
    pub retry_cap: u64,
    /// A link that lasted for this long shows that the server can serve: when it is lost the next
    /// one is tried at once, and the waits begin anew.
    pub steady: u64,
    /// A try to connect is given up after this.
    pub dial: u64,
    /// A conversation without any path ends after this.
    pub grace: u64,
    /// A link that brought nothing for this long is asked for a sign of life.
    pub ask_after: u64,
    /// A link that brought nothing for this long is dead.
    pub dead_after: u64,
    /// A link on which nobody is logged in and nothing is asked is left after this.
    pub door_rest: u64,
    /// What a person asked the server is refused after this.
    pub answer: u64,
    /// A line that waits for so long makes the engine ask the server, and, after as long again
    /// without an answer, join on a second link. Four round trips, if these are longer.
    pub suspect: u64,
    /// A direct path that does not answer any more makes the engine ask the server, and, after so
    /// long without an answer, join on a second link. Four round trips, if these are longer.
    pub probe: u64,
    /// A direct path that was lost is sought again after this,
    pub seek_path: u64,
    /// or after this, if the one before had not lasted as long.
    pub seek_path_slowly: u64,
    /// The last conversation can be reported, blocked and saved for this long.
    pub remember: u64,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            retry_base: 500,
            retry_cap: 10_000,
            steady: 1_000,
            dial: 10_000,
            grace: millis(limits::GRACE),
            ask_after: millis(limits::PING_EVERY),
            dead_after: millis(limits::LINK_DEAD_AFTER),
            door_rest: millis(limits::DOOR_REST_AFTER),
            answer: 15_000,
            suspect: 1_000,
            probe: 500,
            seek_path: 15_000,
            seek_path_slowly: 60_000,
            remember: 10 * 60_000,
        }
    }
}

/// A limit's span in the engine's unit.
pub(crate) fn millis(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
