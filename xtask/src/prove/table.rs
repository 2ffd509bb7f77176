//! Which tests hold which promise, with which counts.

use std::fmt;

/// A part that passes or fails.
pub(super) struct Proof {
    /// `P1` and so on.
    pub(super) promise: &'static str,
    /// What of it.
    pub(super) name: &'static str,
    pub(super) count: &'static str,
    /// What takes longer hangs.
    pub(super) minutes: u64,
    pub(super) what: What,
}

pub(super) enum What {
    Program {
        env: &'static [(&'static str, &'static str)],
        /// For cargo.
        words: &'static [&'static str],
    },
    /// What these parts of `make bench` measured last.
    Figures(&'static [&'static str]),
    /// Words for npm.
    Page(&'static [&'static str]),
    /// The bugs that were put in by hand.
    Bugs,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.promise, self.name)
    }
}

/// Tests of the workspace that an expression of nextest names. What they print is figures.
macro_rules! tests {
    ($expression:literal $(, $variable:literal = $count:literal)*) => {
        What::Program {
            env: &[$(($variable, $count)),*],
            words: &[
                "nextest", "run", "--workspace", "--cargo-profile", "ci",
                "--success-output", "immediate", "-E", $expression,
            ],
        }
    };
}

/// Real processes behind real NATs.
macro_rules! natlab {
    ($($word:literal),*) => {
        What::Program {
            env: &[],
            words: &["xtask", "natlab", $($word),*],
        }
    };
}

const fn proof(
    promise: &'static str,
    name: &'static str,
    count: &'static str,
    minutes: u64,
    what: What,
) -> Proof {
    Proof {
        promise,
        name,
        count,
        minutes,
        what,
    }
}

/// What `make bench` holds to its bars.
const fn figures(
    promise: &'static str,
    name: &'static str,
    parts: &'static [&'static str],
) -> Proof {
    proof(promise, name, "figures", 0, What::Figures(parts))
}

pub(super) const PROOFS: &[Proof] = &[
    proof(
        "P1",
        "records",
        "10,000 seeds",
        60,
        tests!(
            "package(floater-e2e) & test(p1_)",
            "FLOATER_SEEDS" = "10000"
        ),
    ),
    proof(
        "P1",
        "clients",
        "10,000 seeds",
        90,
        tests!(
            "package(floater-core) & test(p1_)",
            "FLOATER_SEEDS" = "10000"
        ),
    ),
    proof(
        "P1",
        "worlds",
        "10,000 seeds",
        60,
        tests!(
            "package(floater-sim) & test(p1_)",
            "FLOATER_SEEDS" = "10000"
        ),
    ),
    proof(
        "P1",
        "processes, on the relay",
        "300 rounds of cuts and kills",
        60,
        tests!(
            "package(floater-trial) & test(p1_)",
            "FLOATER_ROUNDS" = "300",
            "FLOATER_SEED" = "23"
        ),
    ),
    proof(
        "P1",
        "processes, behind NATs that fail",
        "200 conversations",
        60,
        natlab!("--conversations", "200", "--seed", "100"),
    ),
    proof(
        "P2",
        "the lobby",
        "10,000 seeds",
        30,
        tests!(
            "package(floater-lobby) & test(p2_)",
            "FLOATER_SEEDS" = "10000"
        ),
    ),
    proof(
        "P2",
        "clients",
        "10,000 seeds",
        60,
        tests!(
            "package(floater-core) & test(p2_)",
            "FLOATER_SEEDS" = "10000"
        ),
    ),
    proof(
        "P2",
        "worlds",
        "10,000 seeds",
        60,
        tests!(
            "package(floater-sim) & test(p2_)",
            "FLOATER_SEEDS" = "10000"
        ),
    ),
    proof(
        "P2",
        "processes that race",
        "10,000 conversations",
        60,
        tests!(
            "package(floater-trial) & test(p2_)",
            "FLOATER_RACES" = "10000"
        ),
    ),
    proof(
        "P3",
        "a crash in calls of store and mail",
        "every count of each kind",
        10,
        tests!(
            "package(floater-trial) & test(p3_)",
            "FLOATER_CRASHES" = "every"
        ),
    ),
    proof(
        "P4",
        "misbehaving SMTP servers",
        "each once",
        10,
        tests!("package(floater-server) & test(p4_)"),
    ),
    proof(
        "P5",
        "a dead peer, link and path",
        "each once",
        10,
        tests!("test(p5_)"),
    ),
    proof(
        "P5",
        "a path that dies, a router that restarts, a peer that falls silent",
        "one conversation",
        10,
        natlab!("--story", "whole"),
    ),
    proof(
        "P8",
        "a full disk, of the store and of a server",
        "each once",
        10,
        tests!("test(p8_)"),
    ),
    proof(
        "P9",
        "an upgrade under conversations",
        "1,000 conversations",
        30,
        tests!(
            "package(floater-trial) & test(p9_)",
            "FLOATER_CONVERSATIONS" = "1000"
        ),
    ),
    proof(
        "P10",
        "everybody dropped at once",
        "8,000 clients",
        30,
        tests!(
            "package(floater-trial) & test(p10_)",
            "FLOATER_CLIENTS" = "8000"
        ),
    ),
    proof(
        "P11",
        "readers that stop",
        "1,000 readers",
        30,
        tests!(
            "package(floater-trial) & test(p11_)",
            "FLOATER_READERS" = "1000"
        ),
    ),
    figures("P12", "memory of idle links", &["idle", "session"]),
    figures("P13", "messages of pairs", &["relay"]),
    figures("P14", "the cost of a match", &["lobby"]),
    figures("P15", "from seeking to a match", &["match"]),
    proof(
        "P16",
        "uniform draws",
        "1,000,000 draws",
        30,
        tests!(
            "package(floater-lobby) & test(p16_)",
            "FLOATER_DRAWS" = "1000000"
        ),
    ),
    figures("P17", "pictures over a direct path", &["transfer", "nat"]),
    proof(
        "P18",
        "pictures",
        "1,000 cuts",
        30,
        tests!("package(floater-e2e) & test(p18_)", "FLOATER_CUTS" = "1000"),
    ),
    proof(
        "P19",
        "36 pairs of NATs",
        "50 runs each",
        120,
        natlab!("--cells", "matrix", "--runs", "50"),
    ),
    proof(
        "P19",
        "NATs that answer with a reset",
        "50 runs each",
        15,
        natlab!("--cells", "resets", "--runs", "50"),
    ),
    proof(
        "P20",
        "the decoder: strict, without panic, without allocation",
        "each once",
        10,
        tests!("package(floater-proto) & test(p20_)"),
    ),
    proof(
        "P20",
        "changed examples of the protocol",
        "1,000,000,000 executions",
        60,
        tests!(
            "package(floater-proto) & test(p20_no_changed_example_panics)",
            "FLOATER_EXECUTIONS" = "1000000000"
        ),
    ),
    figures("P20", "the decoder's speed", &["decoder"]),
    figures("P21", "talk in a storm of log-ins", &["storm"]),
    figures("P22", "a start", &["start"]),
    proof(
        "P23",
        "known and unknown addresses",
        "500 pairs",
        30,
        What::Program {
            env: &[("FLOATER_ROUNDS", "500")],
            words: &[
                "nextest",
                "run",
                "--workspace",
                "--cargo-profile",
                "ci",
                "--run-ignored",
                "all",
                "--success-output",
                "immediate",
                "-E",
                "package(floater-server) & test(p23_)",
            ],
        },
    ),
    proof(
        "P24",
        "no address is shown",
        "each once",
        10,
        tests!("test(p24_)"),
    ),
    proof(
        "P25",
        "nobody is dialled",
        "each once",
        10,
        tests!("test(p25_)"),
    ),
    proof(
        "P26",
        "canaries",
        "memory, log, database",
        10,
        tests!("test(p26_)"),
    ),
    proof("P27", "forgeries", "each once", 10, tests!("test(p27_)")),
    proof(
        "P28",
        "the handshake",
        "each byte",
        10,
        tests!("test(p28_)"),
    ),
    proof(
        "P29",
        "headers, origins, TLS",
        "each once",
        10,
        tests!("test(p29_)"),
    ),
    proof(
        "P30",
        "who is slow on purpose",
        "1,000 slow and 15,000 silent connections",
        20,
        tests!(
            "package(floater-trial) & test(p30_)",
            "FLOATER_SLOW" = "1000",
            "FLOATER_HALF_OPEN" = "15000"
        ),
    ),
    proof(
        "P31",
        "hostile pictures, natively",
        "each once",
        10,
        tests!("test(p31_) | (package(floater-client) & test(picture::))"),
    ),
    proof(
        "P31",
        "hostile pictures, in the page",
        "each once",
        10,
        What::Page(&[
            "--prefix",
            "web",
            "run",
            "--silent",
            "test",
            "--",
            "src/picture",
        ]),
    ),
    figures("P32", "cost that does not grow", &["lobby", "growth"]),
    proof(
        "faults",
        "no file left, a clock that jumps",
        "each once",
        10,
        tests!("package(floater-trial) & (test(files::) | test(clock::))"),
    ),
    proof(
        "hostile",
        "strangers who do what is wrong",
        "219 things at the doors, 140 to each other",
        10,
        tests!("test(hostile::) | test(wrong_things_at_each_door)"),
    ),
    proof("bugs", "put in by hand", "one at a time", 120, What::Bugs),
];

#[cfg(test)]
mod tests {
    use super::{PROOFS, What};
    use crate::bench;
    use std::collections::BTreeSet;

    #[test]
    fn each_proof_has_a_name_of_its_own_and_a_limit() {
        let names: BTreeSet<_> = PROOFS.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), PROOFS.len());
        for proof in PROOFS {
            match proof.what {
                What::Figures(parts) => assert!(parts.iter().all(|it| bench::is_part(it))),
                _ => assert!(proof.minutes > 0, "{proof}"),
            }
        }
    }

    #[test]
    fn promises_stand_in_the_order_of_their_numbers_and_none_is_left_out() {
        /// The last one, and those of stores that there are none of yet.
        const LAST: u32 = 32;
        const LATER: [u32; 2] = [6, 7];
        let numbers = PROOFS.iter().filter_map(|it| it.promise.strip_prefix('P'));
        let mut numbers: Vec<u32> = numbers.map(|it| it.parse().unwrap()).collect();
        assert!(numbers.is_sorted());
        numbers.dedup();
        let all: Vec<u32> = (1..=LAST).filter(|it| !LATER.contains(it)).collect();
        assert_eq!(numbers, all);
    }
}
