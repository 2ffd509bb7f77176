//! What must hold for an engine, whatever its driver, its server and its person do, in any order.

use floater_core::{
    Command, Config, DirectInput, DirectOutput, Engine, Event, Input, LinkId, Output, Picture,
    Proof, Signs, Timers,
};
use floater_e2e::MatchKeys;
use floater_proto::body::*;
use floater_proto::{
    Binary, Decoder, Id, MessageRef, Method, Resource, Role, Secret, Start, Status, encode, limits,
};
use pipes::Pipes;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use script::Script;
use std::collections::VecDeque;

mod pipes;
mod script;

/// Operations of one run.
const OPERATIONS_MAX: usize = 400;
/// Operations from here on are of direct paths.
const DIRECT: u8 = 208;
/// What one operation may make an engine want, at most.
const OUTPUTS_MAX: usize = 4096;

/// Panics if the engine does, if it wants without end, if it wakes for a moment that has passed,
/// or if it sends what is no message.
pub(crate) fn check(bytes: &[u8]) {
    script::play(&mut World::new(bytes), OPERATIONS_MAX);
}

struct World<'a> {
    engine: Engine,
    now: u64,
    wake: u64,
    /// The link dialled last, and what was sent on it.
    link: LinkId,
    decoder: Decoder,
    asked: VecDeque<(u64, Resource)>,
    role: Role,
    frames: Vec<u8>,
    pipes: Pipes,
    /// What was sent last on a direct connection.
    direct_frames: Vec<u8>,
    told: u64,
    script: Script<'a>,
}

impl<'a> script::World<'a> for World<'a> {
    fn script(&mut self) -> &mut Script<'a> {
        &mut self.script
    }

    fn operate(&mut self, operation: u8) {
        // Direct paths came later: what was found before still says what it said.
        if operation >= DIRECT {
            return self.direct();
        }
        match operation % 16 {
            0 => {
                let outputs = self.engine.start(self.now).collect();
                self.act(outputs);
            }
            1 => self.input(Input::Opened(self.link)),
            2 => self.input(Input::Closed(self.link)),
            3 => self.input(Input::Refused(self.link)),
            4 => {
                self.now = self.now.max(self.wake);
                self.input(Input::Wake);
            }
            5 => {
                self.now += u64::from(self.script.byte()) * 100;
                self.input(Input::Wake);
            }
            6 => {
                let room = usize::from(self.script.byte()) * 512;
                self.input(Input::Room(self.link, room));
            }
            7 => match self.script.byte() % 3 {
                0 => self.input(Input::Online),
                set => self.input(Input::CookieSet(set == 1)),
            },
            8 => {
                let bytes = self.script.bytes();
                self.input(Input::Bytes(self.link, bytes));
            }
            9..=11 => self.answer(),
            12 | 13 => self.tell(),
            _ => self.command(),
        }
    }
}

impl<'a> World<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut script = Script::new(bytes);
        let keep = match script.below(2) {
            0 => Keep::Cookie,
            _ => Keep::Token,
        };
        let mut config = Config::new(keep, "floater-fuzz/0", Binary([1; 16]));
        config.token = Some(Secret::from("token"));
        config.signs = Signs {
            typing: true,
            seen: true,
        };
        config.policy = Policy::Direct;
        config.punches = true;
        config.timers = Timers {
            remember: 60_000,
            ..Timers::default()
        };
        Self {
            engine: Engine::new(config, [7; 32]),
            now: 0,
            wake: 0,
            link: LinkId(0),
            decoder: Decoder::new(limits::MESSAGE_MAX),
            asked: VecDeque::new(),
            role: Role::A,
            frames: Vec::new(),
            pipes: Pipes::default(),
            direct_frames: Vec::new(),
            told: 0,
            script,
        }
    }

    /// The driver tells something of direct paths.
    fn direct(&mut self) {
        let (kind, id) = (self.script.byte(), self.pipes.pick(self.script.byte()));
        match kind % 8 {
            0 | 1 => {
                self.pipes.reported();
                let report = pipes::report();
                self.input(Input::Direct(DirectInput::Report(&report)));
            }
            2 => {
                let (id, binding) = (self.pipes.draw(), [self.script.byte(); 32]);
                self.input(Input::Direct(DirectInput::Proven(id, binding)));
            }
            3 => self.input(Input::Direct(DirectInput::Elect(id))),
            4 => {
                let bytes = self.script.bytes();
                self.input(Input::Direct(DirectInput::Bytes(id, bytes)));
            }
            5 => {
                let bytes = std::mem::take(&mut self.direct_frames);
                self.input(Input::Direct(DirectInput::Bytes(id, &bytes)));
            }
            6 => self.input(Input::Direct(DirectInput::Room(id, 1 << 16))),
            _ => {
                self.pipes.closed(id);
                self.input(Input::Direct(DirectInput::Closed(id)));
            }
        }
    }

    fn input(&mut self, input: Input<'_>) {
        let outputs = self.engine.handle(self.now, input).collect();
        self.act(outputs);
    }

    fn act(&mut self, outputs: Vec<Output>) {
        assert!(
            outputs.len() <= OUTPUTS_MAX,
            "{} outputs at once",
            outputs.len()
        );
        for output in outputs {
            match output {
                Output::Dial(link) => {
                    assert!(link > self.link, "a link is named once");
                    self.link = link;
                    self.decoder = Decoder::new(limits::MESSAGE_MAX);
                    self.asked.clear();
                }
                Output::Send(link, bytes) if link == self.link => self.sent(&bytes),
                Output::Direct(output) => {
                    self.pipes.act(&output);
                    if let DirectOutput::Send(_, bytes) = output {
                        self.direct_frames = bytes.into();
                    }
                }
                Output::Wake(at) => {
                    assert!(at > self.now, "a moment to come");
                    self.wake = at;
                }
                Output::Event(event) => drop::<Event>(event),
                _ => {}
            }
        }
        assert!(
            self.asked.len() <= limits::OPEN_REQUESTS_MAX,
            "too many requests are open"
        );
    }

    fn sent(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes).expect("room for a message");
        while let Some(message) = self.decoder.next().expect("an engine sends messages") {
            let Start::Request { resource, .. } = message.start else {
                continue;
            };
            let resource = Resource::parse(resource).expect("of the protocol");
            if resource == Resource::Relay {
                self.frames = message.body.to_vec();
            }
            self.asked
                .extend(message.request_id.map(|id| (id, resource)));
        }
    }

    /// Answers the oldest open request, mostly well.
    fn answer(&mut self) {
        let Some((id, resource)) = self.asked.pop_front() else {
            return;
        };
        let kind = self.script.byte();
        let (status, body) = match kind % 8 {
            0 => self.problem(),
            1 => (Status::OK, self.script.bytes().to_vec()),
            _ => (Status::OK, self.good_answer(resource)),
        };
        let mut out = Vec::new();
        if encode::response(&mut out, status)
            .request_id(id)
            .finish(&body)
            .is_ok()
        {
            self.input(Input::Bytes(self.link, &out));
        }
    }

    fn problem(&mut self) -> (Status, Vec<u8>) {
        let faults = [
            Fault::NotLoggedIn,
            Fault::TooMany,
            Fault::Seated,
            Fault::Elsewhere,
            Fault::MatchOver,
            Fault::TicketExpired,
            Fault::Unavailable,
            Fault::Suspended,
        ];
        let fault = faults[usize::from(self.script.byte()) % faults.len()];
        let mut problem = Problem::new(fault, "no");
        problem.retry_after = Some(u64::MAX);
        (fault.status(), to_json(&problem))
    }

    fn seat(&mut self) -> Seat {
        match self.script.byte() % 7 {
            0 | 1 => Seat::Free,
            2 => Seat::Waiting,
            3 => Seat::Talking {
                peer_here: true,
                ticket: Some(Secret::from("new")),
            },
            4 => Seat::Awaiting,
            5 => Seat::Over(Over {
                reason: Reason::Left,
                by: Some(Role::B),
            }),
            _ => Seat::Elsewhere,
        }
    }

    fn good_answer(&mut self, resource: Resource) -> Vec<u8> {
        match resource {
            Resource::Session => to_json(&SessionOpened {
                session: Binary([2; 16]),
                username: "小明".to_owned().try_into().expect("a username"),
                token: Some(Secret::from("token")),
                cookie_code: Some(Secret::from("code")),
                seat: self.seat(),
                reflectors: pipes::reflectors(self.script.byte()),
            }),
            Resource::Status => to_json(&StatusNow {
                here: Here::range_of(5),
                seat: self.seat(),
            }),
            Resource::Account | Resource::AccountRecovery => to_json(&Mailed {
                secret: Secret::from("secret"),
            }),
            Resource::Sessions => to_json(&Sessions {
                sessions: Vec::new(),
            }),
            Resource::Blocks => to_json(&Blocks { blocks: Vec::new() }),
            _ => Vec::new(),
        }
    }

    /// The server asks or tells something.
    fn tell(&mut self) {
        let id: Id = Binary([self.script.byte() % 4; 16]);
        let (resource, body) = match self.script.byte() % 12 {
            0 | 1 => {
                self.role = if self.script.byte().is_multiple_of(2) {
                    Role::A
                } else {
                    Role::B
                };
                (
                    Resource::MatchProposal,
                    to_json(&Proposal {
                        r#match: id,
                        role: self.role,
                    }),
                )
            }
            2 | 3 => (Resource::Match, self.matched(id)),
            4 => {
                let reasons = [
                    Reason::Left,
                    Reason::Lost,
                    Reason::Silent,
                    Reason::Unreachable,
                    Reason::Moderator,
                ];
                let reason = reasons[usize::from(self.script.byte()) % reasons.len()];
                let over = Over {
                    reason,
                    by: Some(Role::A),
                };
                (
                    Resource::MatchEnd,
                    to_json(&MatchEnded { r#match: id, over }),
                )
            }
            5 => (Resource::Relay, self.frames.clone()),
            6 => (Resource::Relay, self.script.bytes().to_vec()),
            7 => {
                let here = self.script.byte().is_multiple_of(2);
                (
                    Resource::Notice,
                    to_json(&Notice::Peer { r#match: id, here }),
                )
            }
            8 => (Resource::Notice, self.notice()),
            10 => (Resource::Notice, to_json(&Notice::Path { r#match: id })),
            11 => (Resource::PathOffer, pipes::offer(id, self.script.byte())),
            _ => (Resource::Hello, self.script.bytes().to_vec()),
        };
        self.told += 1;
        let mut out = Vec::new();
        let head = encode::request(&mut out, Method::Post, resource).request_id(self.told);
        if head.finish(&body).is_ok() {
            self.input(Input::Bytes(self.link, &out));
        }
    }

    fn notice(&mut self) -> Vec<u8> {
        to_json(&match self.script.byte() % 4 {
            0 => Notice::Widened,
            1 => Notice::Replaced,
            2 => Notice::SessionEnded {
                why: SessionEnd::Deleted,
            },
            _ => Notice::Shutdown { spread: u64::MAX },
        })
    }

    fn matched(&mut self, id: Id) -> Vec<u8> {
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        let (_, mut keys) = MatchKeys::generate(self.role.other(), Policy::Direct, &mut rng);
        if self.script.byte().is_multiple_of(8) {
            keys.x25519 = Binary([0; 32]);
        }
        let peer = Peer {
            username: "小红".to_owned().try_into().expect("a username"),
            keys,
        };
        let ticket = Secret::from("ticket");
        to_json(&Matched {
            r#match: id,
            peer,
            ticket,
            met_before: false,
        })
    }

    fn command(&mut self) {
        let text = || "correct horse".to_owned();
        let password = || Secret::new(text());
        let (email, username) = ("ming@example.org".to_owned(), "小明".to_owned());
        let proof = Proof::Code {
            email: email.clone(),
            code: password(),
        };
        let of = MessageRef {
            by: Role::B,
            number: u64::from(self.script.byte() % 4),
        };
        let id: Id = Binary([self.script.byte(); 16]);
        let language = Language::Chinese;
        let command = match self.script.byte() % 32 {
            0 => Command::Register {
                email,
                username,
                password: password(),
                adult: true,
                language,
            },
            1 => Command::Activate { proof },
            2 => Command::Recover { email, language },
            3 => Command::ResetPassword {
                proof,
                new: password(),
            },
            4 | 5 => Command::LogIn {
                email,
                password: password(),
            },
            6 => Command::LogOut,
            7 => Command::LoadAccount,
            8 => Command::ChangeUsername { username },
            9 => Command::LoadSessions,
            10 => Command::LoadBlocks,
            11 => Command::Export,
            12 => Command::DeleteAccount {
                password: password(),
            },
            13 => Command::SetPolicy {
                policy: Policy::Direct,
            },
            14 => Command::SetSigns {
                typing: true,
                seen: true,
            },
            15..=19 => Command::Seek,
            20 => Command::StopSeeking,
            21 | 22 => Command::Greet,
            23 => Command::Say {
                text: text(),
                quote: Some(of),
            },
            24 => Command::Typing { typing: true },
            25 => Command::Seen { number: u64::MAX },
            26 => Command::OpenPicture { id },
            27 => Command::Leave,
            28 => Command::EndElsewhere,
            29 => {
                let (offence, messages) = (Offence::Other, vec![of; 4]);
                Command::Report {
                    offence,
                    note: text(),
                    messages,
                }
            }
            30 => Command::Block,
            _ => return self.offer(),
        };
        let outputs = self
            .engine
            .command(self.now, 1, command)
            .map(Iterator::collect);
        self.act(outputs.unwrap_or_default());
    }

    fn offer(&mut self) {
        let picture = Picture {
            kind: PictureKind::Jpeg,
            width: 1,
            height: 1,
            thumbhash: String::new(),
            still: false,
            quote: None,
        };
        let bytes = vec![0xff, 0xd8, 0xff, 0];
        let outputs = self
            .engine
            .offer_picture(self.now, picture, bytes)
            .map(Iterator::collect);
        self.act(outputs.unwrap_or_default());
    }
}
