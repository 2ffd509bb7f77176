//! Two who never stop writing.

use floater_core::{Command, Event, Line, Message, Picture, PictureState, Stage};
use floater_proto::Id;
use floater_proto::body::PictureKind;
use floater_trial::{
    Cable, Client, Door, Floaterd, Harm, Outcome, PATIENCE, Trouble, accounts, greet, meet, say,
};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};

/// Lines that were said and have not arrived; the windows of the protocol are narrower at times.
const AHEAD: u64 = 12;
/// Pictures are up to so large.
const PICTURE_MAX: u64 = 600_000;

/// Who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Comes in natively, and sends pictures.
    A,
    /// Comes in by WebSocket.
    B,
}

/// One of the two.
struct Writer {
    client: Client,
    cable: Cable,
    name: &'static str,
    can_say: bool,
    said: u64,
    /// The number of the last line that arrived here.
    heard: u64,
}

impl Writer {
    async fn new(
        server: &Floaterd,
        door: impl Fn(&Cable) -> Door,
        cable: Cable,
        name: &'static str,
    ) -> Outcome<Self> {
        let mut client = Client::start(door(&cable))?;
        accounts(server, &mut client, name).await?;
        Ok(Self {
            client,
            cable,
            name,
            can_say: true,
            said: 0,
            heard: 0,
        })
    }

    /// Says lines until enough are on their way.
    async fn write(&mut self, arrived: u64) -> Outcome<()> {
        while self.can_say && self.said < arrived + AHEAD {
            // Some lines are long, so that frames of every size are cut.
            let filler = "长".repeat(usize::try_from(self.said * 7 % 400).unwrap_or(0));
            let text = format!("{} {} {filler}", self.name, self.said + 1);
            match say(&mut self.client, &text).await {
                Ok(()) => self.said += 1,
                // The window is full; the event that says so is on its way.
                Err(Trouble::Misuse(floater_core::Misuse::Line)) => self.can_say = false,
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// A line of the other one: the next, and no other.
    fn hear(&mut self, text: &str, from: &str) -> Outcome<()> {
        let next = self.heard + 1;
        let told = text.split(' ').collect::<Vec<_>>();
        let filler = 3 * (self.heard * 7 % 400);
        let whole = told.get(2).is_some_and(|it| it.len() as u64 == filler);
        if told.first() != Some(&from) || told.get(1) != Some(&next.to_string().as_str()) || !whole
        {
            let short: String = text.chars().take(40).collect();
            return Err(Trouble::Wrong(format!(
                "{} heard {short:?}, not {from} {next}",
                self.name
            )));
        }
        self.heard = next;
        Ok(())
    }
}

/// A picture on its way.
struct Sent {
    hash: [u8; 32],
    id: Option<Id>,
}

/// Both, and what is on its way between them.
pub(crate) struct Pair {
    a: Writer,
    b: Writer,
    picture: Option<Sent>,
    pictures: u64,
    rng: ChaCha20Rng,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (a, b) = (&self.a, &self.b);
        write!(
            f,
            "A said {}, B heard {}; B said {}, A heard {}; {} pictures",
            a.said, b.heard, b.said, a.heard, self.pictures
        )
    }
}

impl Pair {
    /// Two who have met and greeted, each with a cable of their own.
    pub(crate) async fn talking(server: &Floaterd, rng: &mut ChaCha20Rng) -> Outcome<Self> {
        let (native, web) = (server.native(), server.web());
        let mut a = Writer::new(
            server,
            |c| Door::Native(c.address()),
            Cable::to(native).await?,
            "adam",
        )
        .await?;
        let door = |c: &Cable| Door::Web {
            dial: c.address(),
            origin: web,
        };
        let mut b = Writer::new(server, door, Cable::to(web).await?, "berta").await?;
        meet(&mut a.client, &mut b.client).await?;
        greet(&mut a.client, &mut b.client).await?;
        let mut own = [0; 32];
        rng.fill_bytes(&mut own);
        let rng = <ChaCha20Rng as rand_core::SeedableRng>::from_seed(own);
        Ok(Self {
            a,
            b,
            picture: None,
            pictures: 0,
            rng,
        })
    }

    /// Spoils what one of them has open.
    pub(crate) fn spoil(&self, side: Side, harm: Harm) {
        let writer = match side {
            Side::A => &self.a,
            Side::B => &self.b,
        };
        writer.cable.spoil(harm);
    }

    /// How many pictures came whole and were opened.
    pub(crate) const fn pictures(&self) -> u64 {
        self.pictures
    }

    /// Writes on until so many more lines arrived at each, all of them said from now on.
    pub(crate) async fn until_arrived(&mut self, more: u64) -> Outcome<()> {
        let (for_b, for_a) = (self.a.said + more, self.b.said + more);
        self.write_until(|pair| pair.b.heard >= for_b && pair.a.heard >= for_a, true)
            .await
    }

    /// Says no more, and waits for all that was said.
    pub(crate) async fn finish(&mut self) -> Outcome<()> {
        self.write_until(
            |p| p.picture.is_none() && p.a.heard == p.b.said && p.b.heard == p.a.said,
            false,
        )
        .await?;
        // What came too often would come until here.
        self.a.client.ask(Command::LoadAccount).await?;
        self.b.client.ask(Command::LoadAccount).await?;
        self.read_all().await
    }

    /// Reads whatever both have shown. Who writes on before that falls behind on what they read: a
    /// line of one's own shows four times, so those of the other would come later and later.
    async fn read_all(&mut self) -> Outcome<()> {
        while let Some(event) = self.a.client.next_if_there() {
            self.arrived(Side::A, event).await?;
        }
        while let Some(event) = self.b.client.next_if_there() {
            self.arrived(Side::B, event).await?;
        }
        Ok(())
    }

    async fn write_until(&mut self, is_it: impl Fn(&Self) -> bool, more: bool) -> Outcome<()> {
        let end = Instant::now() + PATIENCE;
        while !is_it(self) {
            if more {
                self.write().await?;
            }
            let next = async {
                tokio::select! {
                    event = self.a.client.next() => (Side::A, event),
                    event = self.b.client.next() => (Side::B, event),
                }
            };
            let Ok((side, event)) = timeout_at(end, next).await else {
                return Err(self.late());
            };
            self.arrived(side, event?).await?;
            self.read_all().await?;
        }
        Ok(())
    }

    fn late(&self) -> Trouble {
        let lines = format!("{self:?}; picture {}", self.picture.is_some());
        let [a, b] = [&self.a, &self.b].map(|w| w.client.late(w.name).to_string());
        Trouble::Late {
            waited_for: lines,
            last: format!("{a}\n{b}"),
        }
    }

    async fn write(&mut self) -> Outcome<()> {
        self.a.write(self.b.heard).await?;
        self.b.write(self.a.heard).await?;
        if self.picture.is_none() && self.a.can_say {
            let size = usize::try_from(1 + self.rng.next_u64() % PICTURE_MAX).unwrap_or(1);
            let mut noise = vec![0; size];
            self.rng.fill_bytes(&mut noise);
            let bytes = [&[0xff, 0xd8, 0xff], noise.as_slice()].concat();
            let hash = Sha256::digest(&bytes).into();
            match self.a.client.offer(picture(), bytes).await {
                Ok(()) => self.picture = Some(Sent { hash, id: None }),
                Err(Trouble::Misuse(floater_core::Misuse::Picture)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn arrived(&mut self, side: Side, event: Event) -> Outcome<()> {
        let (here, there) = match side {
            Side::A => (&mut self.a, self.b.name),
            Side::B => (&mut self.b, self.a.name),
        };
        match event {
            Event::CanSay { can } => here.can_say = can,
            Event::Line {
                line:
                    Line {
                        own: false,
                        message: Message::Text { text },
                        ..
                    },
            } => {
                here.hear(&text, there)?;
            }
            Event::Line {
                line:
                    Line {
                        own: false,
                        message: Message::Picture { offer },
                        ..
                    },
            } => {
                let sent = self.picture.as_mut().filter(|sent| sent.id.is_none());
                let sent = sent.ok_or_else(|| Trouble::Wrong("a picture came twice".to_owned()))?;
                sent.id = Some(offer.id);
            }
            Event::Picture {
                id,
                state: PictureState::Complete,
            } if side == Side::B => {
                here.client.want(Command::OpenPicture { id }).await?;
            }
            Event::Picture {
                state: PictureState::Failed,
                ..
            } => {
                return Err(Trouble::Wrong("a picture failed".to_owned()));
            }
            Event::PictureOpened { id, bytes } => self.opened(id, &bytes)?,
            Event::Stage { stage } if !matches!(stage, Stage::Talk { .. }) => {
                return Err(Trouble::Wrong(format!("{}: {stage:?}", here.name)));
            }
            _ => {}
        }
        Ok(())
    }

    fn opened(&mut self, id: Id, bytes: &[u8]) -> Outcome<()> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let sent = self
            .picture
            .take()
            .filter(|sent| sent.id == Some(id) && sent.hash == hash);
        sent.ok_or_else(|| Trouble::Wrong("another picture was opened than was sent".to_owned()))?;
        self.pictures += 1;
        Ok(())
    }
}

fn picture() -> Picture {
    Picture {
        kind: PictureKind::Jpeg,
        width: 640,
        height: 480,
        thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
        still: false,
        quote: None,
    }
}
