//! What is tried: every pair of NATs, and some of them under other conditions.

use std::time::Duration;

use super::internet::Weather;
use super::nat::{Answer, Kind};

/// From a home to the core: 84 ms from home to home and back.
const HOME: Duration = Duration::from_micros(21_000);
/// From the server to the core: 45 ms from home to server and back.
const SERVER: Duration = Duration::from_micros(1_500);

/// How much earlier one of two begins where the start is not common.
const SKEW: Duration = Duration::from_millis(150);

/// How long a short mapping lasts.
pub(super) const LEASE: Duration = Duration::from_secs(4);
/// A router that speaks UPnP has mapped a port by then: PCP is tried before.
const MAPPED_WITHIN: Duration = Duration::from_secs(4);

/// Two sides and what is between them.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) kinds: [Kind; 2],
    pub(super) place: Place,
    /// Of the NATs with a stable mapping; the others drop.
    pub(super) answer: Answer,
    /// Of both homes, and of the server.
    pub(super) weather: [Weather; 2],
    /// What the server sends takes so much longer to the first home than back. A common start
    /// takes both for equal, so half of it is between the two.
    pub(super) detour: Duration,
    /// How long the first waits for the second.
    pub(super) alone: Duration,
    /// Both have global IPv6 addresses, behind firewalls.
    pub(super) ipv6: bool,
    /// What gets out of the homes, where that is not everything: a condition of nftables.
    pub(super) only: Option<&'static str>,
    /// The first home's router maps ports.
    pub(super) maps: Option<Maps>,
    pub(super) expected: Expected,
    /// How soon, where P19 says so.
    pub(super) bars: Option<Bars>,
}

/// Milliseconds. P19
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bars {
    /// From the first offer until both knew: of half of the runs, and of 95 in 100.
    pub(super) p50: u32,
    pub(super) p95: u32,
    /// From the match to the end of the handshake: of 95 in 100.
    pub(super) secured: u32,
}

/// Where the two stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Each behind its own.
    Apart,
    /// In networks of their own, behind one NAT.
    OneNat { hairpin: bool },
    /// In one network.
    OneLan,
}

/// How a router maps ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maps {
    /// By PCP and NAT-PMP.
    Pcp,
    /// Likewise, for [`LEASE`], whatever is asked for.
    Briefly,
    Upnp,
}

/// What must come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Direct,
    /// Directly, by chance: a few in a hundred may miss.
    ByChance,
    Relay,
    /// Nobody meets: `floater doctor` tells the truth of the first home.
    Told,
}

impl Cell {
    fn new(kinds: [Kind; 2], axis: &str) -> Self {
        let [one, other] = kinds.map(Kind::name);
        let line = |delay| Weather {
            delay,
            ..Weather::default()
        };
        let name = match axis {
            "" => format!("{one}+{other}"),
            _ => format!("{one}+{other}/{axis}"),
        };
        Self {
            name,
            kinds,
            place: Place::Apart,
            answer: Answer::Drop,
            weather: [line(HOME), line(SERVER)],
            detour: Duration::ZERO,
            alone: Duration::ZERO,
            ipv6: false,
            only: None,
            maps: None,
            expected: expected(kinds),
            bars: None,
        }
    }

    /// The bars of P19: where a NAT answers with a reset, and where a port is found by chance, it may
    /// take longer.
    fn timed(self) -> Self {
        let (p50, p95) = match (self.expected, self.answer) {
            (Expected::ByChance, _) => (2_500, 2_500),
            (_, Answer::Rst) => (650, 650),
            _ => (270, 420),
        };
        let secured = 150;
        let bars = Some(Bars { p50, p95, secured });
        Self { bars, ..self }
    }
}

/// A random port is found where the other mapping is stable: through its filter, or by chance.
fn expected(kinds: [Kind; 2]) -> Expected {
    use Kind::{Carrier, Kept, Moved, Random, Sequential};
    match kinds {
        [Random, Random | Sequential] | [Sequential, Random] => Expected::Relay,
        [Random, Kept | Moved | Carrier] | [Kept | Moved | Carrier, Random] => Expected::ByChance,
        _ => Expected::Direct,
    }
}

/// The 36 pairs of the eight kinds.
pub(super) fn matrix() -> Vec<Cell> {
    let all = Kind::ALL;
    let pairs = all.iter().flat_map(|one| {
        let others = all.iter().filter(move |other| one <= other);
        others.map(move |other| [*one, *other])
    });
    pairs.map(|kinds| Cell::new(kinds, "").timed()).collect()
}

/// The doctor behind each of the eight kinds.
pub(super) fn doctors() -> Vec<Cell> {
    let kinds = Kind::ALL.iter();
    let cells = kinds.map(|kind| Cell {
        name: format!("{}/doctor", kind.name()),
        expected: Expected::Told,
        ..Cell::new([*kind, Kind::Public], "")
    });
    cells.collect()
}

/// The further axes.
pub(super) fn axes() -> Vec<Cell> {
    let mut cells = answers();
    cells.extend(places());
    cells.extend(mapped());
    cells.extend(weathers());
    cells
}

fn answers() -> Vec<Cell> {
    let answers = [
        ("rst", Answer::Rst),
        ("icmp", Answer::Icmp),
        ("accept", Answer::Accept),
    ];
    let mut cells = Vec::new();
    for other in [Kind::Kept, Kind::Moved, Kind::Random] {
        for (axis, answer) in answers {
            let cell = Cell::new([Kind::Kept, other], axis);
            cells.push(Cell { answer, ..cell }.timed());
        }
    }
    cells
}

/// Behind NATs that answer with a reset.
fn resets() -> Vec<Cell> {
    let mut cells = answers();
    cells.retain(|it| it.answer == Answer::Rst);
    cells
}

fn places() -> Vec<Cell> {
    let kept = |axis| Cell::new([Kind::Kept; 2], axis);
    let random = |axis| Cell::new([Kind::Random; 2], axis);
    let one_nat = |axis, hairpin| Cell {
        place: Place::OneNat { hairpin },
        ..Cell::new([Kind::Cone; 2], axis)
    };
    vec![
        Cell {
            place: Place::OneLan,
            ..kept("lan")
        },
        one_nat("hairpin", true),
        Cell {
            expected: Expected::Relay,
            ..one_nat("no-hairpin", false)
        },
        Cell {
            ipv6: true,
            expected: Expected::Direct,
            ..random("ipv6")
        },
        Cell {
            only: Some("ip daddr 6.0.0.0/24"),
            expected: Expected::Relay,
            ..kept("server-only")
        },
        Cell {
            only: Some("meta l4proto tcp"),
            ..kept("tcp-only")
        },
    ]
}

fn mapped() -> Vec<Cell> {
    let axes = [
        ("pcp", Maps::Pcp, Duration::ZERO),
        ("pcp-renewed", Maps::Briefly, LEASE * 3),
        ("upnp", Maps::Upnp, MAPPED_WITHIN),
    ];
    let cells = axes.into_iter().map(|(axis, maps, alone)| Cell {
        maps: Some(maps),
        alone,
        expected: Expected::Direct,
        ..Cell::new([Kind::Random; 2], axis)
    });
    cells.collect()
}

fn weathers() -> Vec<Cell> {
    let kept = |axis: &str| Cell::new([Kind::Kept; 2], axis);
    let mut cells = Vec::new();
    for loss in [1, 5, 10] {
        let mut cell = kept(&format!("loss-{loss}"));
        // A packet between the homes is on two lines.
        cell.weather[0].loss = loss * 10 / 2;
        cells.push(cell);
    }
    for trip in [2, 20, 250] {
        let mut cell = kept(&format!("rtt-{trip}"));
        cell.weather[0].delay = Duration::from_micros(trip * 1_000 / 4);
        cells.push(cell);
    }
    let mut jitter = kept("jitter-20");
    jitter.weather[0].jitter = Duration::from_millis(20);
    cells.push(jitter);
    cells.push(Cell {
        detour: SKEW * 2,
        ..kept("late")
    });
    cells
}

/// Two without any NAT, on lines of 1 Gbit/s: 20 ms from home to home and back.
pub(super) fn fast() -> Cell {
    let cell = Cell::new([Kind::Public; 2], "fast");
    let weather = Weather {
        delay: Duration::from_millis(5),
        rate: Some(125_000_000),
        ..Weather::default()
    };
    Cell {
        weather: [weather; 2],
        ..cell
    }
}

/// A few of every sort, for each run of the tests.
pub(super) const FEW: &[&str] = &[
    "public+sequential",
    "cone+random",
    "restricted+carrier",
    "kept+kept",
    "moved+random",
    "random+random",
    "kept+kept/rst",
    "kept+kept/lan",
    "kept+kept/late",
    "cone+cone/hairpin",
    "random+random/ipv6",
    "random+random/pcp",
    "random+random/upnp",
];

/// `all`, `matrix`, `axes`, `resets`, `doctor`, `few`, or names.
pub(super) fn chosen(names: &[String]) -> Result<Vec<Cell>, String> {
    let all: Vec<Cell> = [matrix(), axes(), doctors()].concat();
    let mut cells: Vec<Cell> = Vec::new();
    for name in names {
        let some: Vec<Cell> = match name.as_str() {
            "all" => all.clone(),
            "matrix" => matrix(),
            "axes" => axes(),
            "doctor" => doctors(),
            "resets" => resets(),
            "few" => named(&all, |it| FEW.contains(&it)),
            name => named(&all, |it| it == name),
        };
        if some.is_empty() {
            let known: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
            return Err(format!(
                "no cell is called {name}; there are: {}",
                known.join(" ")
            ));
        }
        let is_new = |it: &Cell| !cells.iter().any(|cell| cell.name == it.name);
        let new: Vec<Cell> = some.into_iter().filter(is_new).collect();
        cells.extend(new);
    }
    Ok(cells)
}

fn named(all: &[Cell], is_it: impl Fn(&str) -> bool) -> Vec<Cell> {
    let some = all.iter().filter(|it| is_it(&it.name));
    some.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_36_pairs_34_can_be_direct_and_3_of_them_by_chance() {
        let cells = matrix();
        let count = |of| cells.iter().filter(|it| it.expected == of).count();
        let counts = [Expected::Direct, Expected::ByChance, Expected::Relay].map(count);
        assert_eq!((cells.len(), counts), (36, [31, 3, 2]));
    }

    #[test]
    fn names_are_told_apart_and_the_few_are_among_them() {
        let all = chosen(&["all".into()]).unwrap();
        let names: std::collections::BTreeSet<_> = all.iter().map(|it| &it.name).collect();
        assert_eq!(names.len(), all.len());
        assert_eq!(chosen(&["few".into()]).unwrap().len(), FEW.len());
        let wrong = chosen(&["kept+none".into()]).unwrap_err();
        assert!(wrong.contains("kept+none") && wrong.contains("kept+kept/rst"));
    }
}
