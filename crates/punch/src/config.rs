use crate::reflect::ReflectKey;
use crate::{Filtering, Rules};
use core::net::SocketAddr;

/// What a caller decides once for an engine.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where reflectors answer; at most [`crate::limits::REFLECTORS_MAX`] are asked. Two ports of
    /// one address tell a symmetric NAT, a second address tells EIM from ADM, and IPv6 addresses
    /// let IPv6 be tried at all.
    pub reflectors: Vec<SocketAddr>,
    /// Names the key to the reflectors.
    pub reflect_id: [u8; 16],
    /// What the reflectors authenticate with.
    pub reflect_key: ReflectKey,
    /// Which addresses may be dialled.
    pub rules: Rules,
    /// The filtering of one's own NAT, where it was tested.
    pub filtering: Filtering,
    /// Whether the driver is asked to map ports by PCP, NAT-PMP or UPnP.
    pub map_ports: bool,
    /// All spans.
    pub timers: Timers,
    /// The birthday plan.
    pub birthday: Birthday,
}

impl Config {
    /// The defaults, which were measured.
    #[must_use]
    pub fn new(reflectors: Vec<SocketAddr>, reflect_id: [u8; 16], reflect_key: ReflectKey) -> Self {
        Self {
            reflectors,
            reflect_id,
            reflect_key,
            rules: Rules::default(),
            filtering: Filtering::default(),
            map_ports: true,
            timers: Timers::default(),
            birthday: Birthday::default(),
        }
    }
}

/// Spans in milliseconds, and numbers of tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timers {
    /// Ports that no reflector saw within this are not waited for.
    pub prepare: u64,
    /// The first wait before preparing anew what failed; it doubles.
    pub prepare_retry: u64,
    /// The longest wait before preparing anew.
    pub prepare_retry_cap: u64,
    /// Reflector connections are kept alive this often.
    pub ping: u64,
    /// What was prepared is prepared anew after this.
    pub refresh: u64,
    /// The shortest wait before a dial that was refused is tried again.
    pub redial_min: u64,
    /// The longest. The wait is random: two sides that wait alike miss each other for ever.
    pub redial_max: u64,
    /// A tuple is tried again so often.
    pub redials: u32,
    /// And no longer than this.
    pub redial_for: u64,
    /// The second port begins after so many round trips.
    pub hedge_round_trips: u64,
    /// But not before this.
    pub hedge_min: u64,
    /// A round without success gives way to one with fresh ports.
    pub round: u64,
    /// A router is asked to keep a mapped port so long, and asked again when half of it is over.
    pub lease: u64,
    /// Fresh ports are prepared so long before they are needed.
    pub prepare_ahead: u64,
    /// An attempt with all its rounds ends after this.
    pub attempt: u64,
    /// Quiet attempts, each so long after the one before ended.
    pub quiet: Vec<u64>,
    /// A connection proves itself within this.
    pub proof: u64,
    /// A proven connection waits so long for a more preferred one in flight.
    pub prefer: u64,
    /// The other side answers to the choice within this, or four round trips if these are longer.
    pub answer: u64,
    /// The responder keeps losers open for this after it confirmed: the initiator closes them.
    pub linger: u64,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            prepare: 5_000,
            prepare_retry: 1_000,
            prepare_retry_cap: 60_000,
            ping: 20_000,
            refresh: 240_000,
            redial_min: 3,
            redial_max: 60,
            redials: 12,
            redial_for: 3_000,
            hedge_round_trips: 3,
            hedge_min: 300,
            round: 2_000,
            lease: 600_000,
            prepare_ahead: 800,
            attempt: 6_000,
            quiet: vec![15_000, 60_000],
            proof: 2_000,
            prefer: 50,
            answer: 2_000,
            linger: 2_000,
        }
    }
}

/// The birthday plan: one side opens many mappings, the other dials many ports, and one pair
/// meets. With 384 and 1,024 of 64,512 ports it does in 99.8 of 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Birthday {
    /// Dials of the side whose NAT takes random ports, each from a local port of its own.
    pub opens: u64,
    /// Of these, so many a second.
    pub opens_a_second: u64,
    /// Ports that the side with the stable mapping dials, from its one port.
    pub sprays: u64,
    /// Of these, so many a second.
    pub sprays_a_second: u64,
    /// The opening side reverses the order after so many refusals: the other side's NAT answers
    /// RST, which deletes the mappings that were opened, but not what the spraying side has made.
    pub reverse_after: u32,
    /// In reversed order it dials so many times more, while the sprays add up.
    pub reversed_opens: u64,
    /// Of these, so many a second.
    pub reversed_a_second: u64,
    /// How long a birthday round lasts.
    pub round: u64,
}

impl Default for Birthday {
    fn default() -> Self {
        Self {
            opens: 384,
            opens_a_second: 5_000,
            sprays: 1_024,
            sprays_a_second: 500,
            reverse_after: 8,
            reversed_opens: 1_024,
            reversed_a_second: 400,
            round: 2_600,
        }
    }
}
