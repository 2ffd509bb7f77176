//! 1 GiB from one client to another over a direct path (P17), in pictures of 8 MiB, beside other
//! programs, in turns.

use crate::client::{Client, PATIENCE};
use crate::figure::Figure;
use crate::floaterd::Floaterd;
use crate::peers::{self, Peer};
use crate::steps::{PASSWORD, accounts, email_of};
use crate::trouble::{Outcome, Trouble};
use floater_client::{
    Address, Bytes, Client as Driver, Command, Config, Door, Event, Happening, Picture,
    PictureState, Stage,
};
use floater_proto::body::{Keep, PictureKind, Policy};
use floater_proto::{Binary, Id, Secret, limits};
use std::any::Any;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// Bytes of a transfer.
pub(crate) const ENTITY: usize = 1 << 30;
/// A picture is a synthetic entity here: its first bytes say PNG, and nobody decodes it.
const PICTURE: usize = limits::PICTURE_MAX;
const PICTURES: usize = ENTITY / PICTURE;
/// Offered and not fetched yet.
const AHEAD: usize = 3;
const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";
const NAMES: [&str; 2] = ["ming", "hong"];

/// Where programs and threads are started.
pub trait Place {
    /// By which others reach it.
    fn address(&self) -> IpAddr;

    /// From now on this thread is there, and what it starts, until what is returned is dropped.
    ///
    /// # Errors
    /// The way there is closed.
    fn enter(&self) -> io::Result<Box<dyn Any>>;
}

/// This machine, as it is.
#[derive(Debug, Clone, Copy)]
pub struct Here;

impl Place for Here {
    fn address(&self) -> IpAddr {
        Ipv4Addr::LOCALHOST.into()
    }

    fn enter(&self) -> io::Result<Box<dyn Any>> {
        Ok(Box::new(()))
    }
}

/// Who is where.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The servers.
    pub server: &'a dyn Place,
    /// Who sends.
    pub from: &'a dyn Place,
    /// Who receives.
    pub to: &'a dyn Place,
}

impl fmt::Debug for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = [self.server, self.from, self.to].map(Place::address);
        f.debug_tuple("Places").field(&places).finish()
    }
}

/// Megabytes a second, turn by turn.
#[derive(Debug)]
pub struct Figures {
    own: Vec<f64>,
    peers: Vec<(String, Vec<f64>)>,
    missing: Vec<&'static str>,
}

impl Figures {
    /// Takes so many turns, after one for the caches. A peer that is not installed is left out.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn take(
        server: &Floaterd,
        address: &Address,
        places: Places<'_>,
        turns: usize,
    ) -> Outcome<Self> {
        let mut pair = Pair::meet(server, address, places).await?;
        let (peers, missing) = peers::installed(places).await?;
        let mut figures = Self {
            own: Vec::new(),
            peers: peers
                .iter()
                .map(|peer| (peer.name.clone(), Vec::new()))
                .collect(),
            missing,
        };
        figures.turn(&mut pair, &peers, places).await?;
        figures.forget();
        for _ in 0..turns {
            figures.turn(&mut pair, &peers, places).await?;
        }
        Ok(figures)
    }

    async fn turn(&mut self, pair: &mut Pair, peers: &[Peer], places: Places<'_>) -> Outcome<()> {
        self.own.push(rate(pair.transfer().await?));
        for (peer, (_, rates)) in peers.iter().zip(&mut self.peers) {
            rates.push(rate(peer.transfer(places).await?));
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.own.clear();
        self.peers.iter_mut().for_each(|(_, rates)| rates.clear());
    }
}

impl Figures {
    /// One figure for each peer, where `what` says how it was taken; one that is not installed counts as
    /// missed. `least` is what is promised of the ratio to a peer of that name; `alone` is promised of
    /// megabytes a second.
    pub fn told(
        &self,
        what: &str,
        alone: Option<f64>,
        least: impl Fn(&str) -> Option<f64>,
    ) -> Vec<Figure> {
        let own = median(self.own.clone());
        let bare = || Figure::new("P17", what, format!("{own:.0} MB/s"));
        let first = alone.map(|bar| bare().at_least(bar, own));
        let beside = self.peers.iter().map(|(name, rates)| {
            let each = self.own.iter().zip(rates);
            let ratio = median(each.map(|(own, other)| own / other).collect());
            let rate = format!("{:.0} MB/s", median(rates.clone()));
            let figure = bare().beside(name, &rate, ratio);
            match least(name) {
                Some(bar) => figure.at_least(bar, ratio),
                None => figure,
            }
        });
        let missing = self.missing.iter();
        let missing = missing.map(|peer| Figure::unmeasured("P17", what, peer));
        first.into_iter().chain(beside).chain(missing).collect()
    }
}

fn rate(seconds: f64) -> f64 {
    f64::from(u32::try_from(ENTITY / 1_000_000).unwrap_or(u32::MAX)) / seconds
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// Two clients on a direct path, each in a thread of its own.
struct Pair {
    from: Side,
    to: Side,
}

impl Pair {
    async fn meet(server: &Floaterd, address: &Address, places: Places<'_>) -> Outcome<Self> {
        let door = Door::new(address.clone()).map_err(io::Error::other)?;
        let [ming, hong] = NAMES;
        {
            let _there = places.server.enter()?;
            for name in NAMES {
                accounts(server, &mut Client::start(door.clone())?, name).await?;
            }
        }
        let mut pair = Self {
            from: Side::come(places.from, door.clone(), ming)?,
            to: Side::come(places.to, door, hong)?,
        };
        for side in [&mut pair.from, &mut pair.to] {
            side.until("a direct path", |told| matches!(told, Told::Direct))
                .await?;
        }
        Ok(pair)
    }

    /// How many seconds it took.
    async fn transfer(&mut self) -> Outcome<f64> {
        let begun = Instant::now();
        self.from.wishes.send(()).map_err(|_| Trouble::Gone)?;
        for _ in 0..PICTURES {
            self.to
                .until("a picture", |told| matches!(told, Told::Opened))
                .await?;
        }
        Ok(begun.elapsed().as_secs_f64())
    }
}

/// A client in a thread of its own that always listens, and what it tells. It ends when nobody can
/// want anything of it any more.
struct Side {
    /// One transfer.
    wishes: mpsc::UnboundedSender<()>,
    told: mpsc::UnboundedReceiver<Told>,
}

enum Told {
    /// The direct path carries.
    Direct,
    /// A picture is here, and was opened.
    Opened,
    /// Nothing goes on.
    Failed(Trouble),
}

impl Side {
    fn come(place: &dyn Place, door: Door, name: &str) -> Outcome<Self> {
        let (wishes, wished) = mpsc::unbounded_channel();
        let (tell, told) = mpsc::unbounded_channel();
        let email = Secret::new(email_of(name));
        let _there = place.enter()?;
        std::thread::spawn(move || {
            if let Err(trouble) = live(door, email, &tell, wished) {
                let _ = tell.send(Told::Failed(trouble));
            }
        });
        Ok(Self { wishes, told })
    }

    async fn until(&mut self, waited_for: &str, is_it: impl Fn(&Told) -> bool) -> Outcome<()> {
        loop {
            match timeout(PATIENCE, self.told.recv()).await {
                Ok(Some(Told::Failed(trouble))) => return Err(trouble),
                Ok(Some(told)) if is_it(&told) => return Ok(()),
                Ok(Some(_)) => {}
                Ok(None) => return Err(Trouble::Gone),
                Err(_) => return Err(wrong(&format!("{waited_for} did not come"))),
            }
        }
    }
}

fn live(
    door: Door,
    email: Secret<String>,
    tell: &mpsc::UnboundedSender<Told>,
    mut wished: mpsc::UnboundedReceiver<()>,
) -> Outcome<()> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build()?.block_on(async {
        let mut one = Person::start(door, email, tell.clone())?;
        loop {
            tokio::select! {
                wish = wished.recv() => match wish {
                    Some(()) => one.send()?,
                    None => return Ok(()),
                },
                happening = one.client.next() => one.hear(happening)?,
            }
        }
    })
}

struct Person {
    client: Driver,
    email: Secret<String>,
    tell: mpsc::UnboundedSender<Told>,
    is_direct: bool,
    picture: Bytes,
    to_offer: usize,
    /// Offered and not fetched.
    offered: usize,
}

impl Person {
    fn start(
        door: Door,
        email: Secret<String>,
        tell: mpsc::UnboundedSender<Told>,
    ) -> Outcome<Self> {
        let mut instance: Id = Binary([0; 16]);
        getrandom::fill(&mut instance.0)?;
        let mut config = Config::new(Keep::Token, "floater-trial/0.1.0", instance);
        config.policy = Policy::Direct;
        let mut picture = vec![0; PICTURE];
        getrandom::fill(&mut picture)?;
        picture.splice(..MAGIC.len(), MAGIC.iter().copied());
        Ok(Self {
            client: Driver::start(config, door)?,
            email,
            tell,
            is_direct: false,
            picture: picture.into(),
            to_offer: 0,
            offered: 0,
        })
    }

    fn send(&mut self) -> Outcome<()> {
        self.to_offer = PICTURES;
        self.offer()
    }

    fn offer(&mut self) -> Outcome<()> {
        while self.to_offer > 0 && self.offered < AHEAD {
            self.client.offer_picture(picture(), self.picture.clone())?;
            self.offered += 1;
            self.to_offer -= 1;
        }
        Ok(())
    }

    fn hear(&mut self, happening: Happening) -> Outcome<()> {
        match happening {
            Happening::Event(Event::Stage { stage }) => self.stands(&stage),
            Happening::Event(Event::Path { path }) => self.carries(path.direct),
            Happening::Event(Event::Picture { id, state }) => self.picture_moves(id, state),
            Happening::Event(Event::PictureOpened { bytes, .. }) if bytes.len() == PICTURE => {
                self.tell(Told::Opened)
            }
            Happening::Event(Event::PictureOpened { .. }) => Err(wrong("a picture is short")),
            _ => Ok(()),
        }
    }

    /// From the door to a conversation.
    fn stands(&mut self, stage: &Stage) -> Outcome<()> {
        let command = match stage {
            Stage::Door => Command::LogIn {
                email: self.email.expose().clone(),
                password: Secret::from(PASSWORD),
            },
            Stage::Main { .. } => Command::Seek,
            Stage::Greeting { .. } => Command::Greet,
            _ => return Ok(()),
        };
        Ok(self.client.command(0, command)?)
    }

    fn carries(&mut self, is_direct: bool) -> Outcome<()> {
        if std::mem::replace(&mut self.is_direct, is_direct) && !is_direct {
            return Err(wrong("the direct path was left"));
        }
        if is_direct {
            self.tell(Told::Direct)?;
        }
        Ok(())
    }

    fn picture_moves(&mut self, id: Id, state: PictureState) -> Outcome<()> {
        match state {
            PictureState::Moving { done } if done == PICTURE as u64 => {
                self.offered = self.offered.saturating_sub(1);
                self.offer()
            }
            PictureState::Moving { .. } => Ok(()),
            PictureState::Complete => Ok(self.client.command(0, Command::OpenPicture { id })?),
            PictureState::Failed => Err(wrong("a picture failed")),
        }
    }

    fn tell(&self, told: Told) -> Outcome<()> {
        self.tell.send(told).map_err(|_| Trouble::Gone)
    }
}

fn picture() -> Picture {
    Picture {
        kind: PictureKind::Png,
        width: 1,
        height: 1,
        thumbhash: String::new(),
        still: false,
        quote: None,
    }
}

fn wrong(what: &str) -> Trouble {
    Trouble::Wrong(what.to_owned())
}
