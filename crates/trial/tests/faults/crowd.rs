//! Many people, each a program of today, and what a process of the server takes.

use floater_core::{Command, Event, LinkState, Stage};
use floater_proto::Secret;
use floater_trial::{
    Client, Door, Floaterd, Outcome, PASSWORD, Trouble, accounts, say, text_arrives,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// At once: their passwords are hashed.
const AT_ONCE: usize = 8;
/// Lines each way that each pair throws to be measured.
const THROWS: usize = 100;
/// Heads are cut after 10 s, and links that say nothing after 25 s.
const LASTS: Duration = Duration::from_secs(9);
/// So many seek and greet at once.
const MEET_AT_ONCE: usize = 64;

/// Two who talk, and how many lines each has said.
pub(crate) struct Pair {
    pub(crate) sides: [Client; 2],
    said: u32,
    heard: u32,
}

impl Pair {
    fn of(sides: [Client; 2]) -> Self {
        Self {
            sides,
            said: 0,
            heard: 0,
        }
    }

    /// Each says a line.
    pub(crate) async fn say(&mut self) -> Outcome<()> {
        self.said += 1;
        let text = self.said.to_string();
        for side in &mut self.sides {
            say(side, &text).await?;
        }
        Ok(())
    }

    /// Everything that was said arrives, in order and once.
    pub(crate) async fn hear(&mut self) -> Outcome<()> {
        while self.heard < self.said {
            self.heard += 1;
            let text = self.heard.to_string();
            for side in &mut self.sides {
                text_arrives(side, &text).await?;
            }
        }
        Ok(())
    }

    /// A line each way.
    pub(crate) async fn exchange(&mut self) -> Outcome<()> {
        self.say().await?;
        self.hear().await
    }

    /// One leaves; both are on the main page.
    pub(crate) async fn part(&mut self) -> Outcome<()> {
        self.sides[0].want(Command::Leave).await?;
        for side in &mut self.sides {
            side.stage("the main page", |it| matches!(it, Stage::Main { .. }))
                .await?;
        }
        Ok(())
    }
}

/// People with accounts, logged in, each by a door of their own.
pub(crate) async fn people(
    server: &Floaterd,
    names: &[String],
    door: impl Fn(usize) -> Door,
) -> Outcome<Vec<Client>> {
    let mut all = Vec::with_capacity(names.len());
    for (batch, names) in names.chunks(AT_ONCE).enumerate() {
        let arriving = names.iter().enumerate().map(|(place, name)| {
            let door = door(batch * AT_ONCE + place);
            async move {
                let mut client = Client::start(door)?;
                accounts(server, &mut client, name).await?;
                Ok::<_, Trouble>(client)
            }
        });
        let arrived = stream::iter(arriving).buffered(AT_ONCE);
        all.extend(arrived.try_collect::<Vec<_>>().await?);
        // Whoever comes next finds their mail among few.
        for mail in std::fs::read_dir(server.data().join("outbox"))? {
            std::fs::remove_file(mail?.path())?;
        }
    }
    Ok(all)
}

/// So many conversations, all by one door.
pub(crate) async fn talking(server: &Floaterd, pairs: usize, door: Door) -> Outcome<Vec<Pair>> {
    let names: Vec<String> = (0..2 * pairs).map(|number| format!("p{number}")).collect();
    talk(people(server, &names, |_| door).await?).await
}

/// All of them meet, whoever it is, and greet.
pub(crate) async fn talk(people: Vec<Client>) -> Outcome<Vec<Pair>> {
    let mut pairs = Vec::with_capacity(people.len() / 2);
    let mut people = people.into_iter();
    loop {
        let batch: Vec<Client> = people.by_ref().take(MEET_AT_ONCE).collect();
        if batch.is_empty() {
            return Ok(pairs);
        }
        let meeting = stream::iter(batch).map(meet).buffer_unordered(MEET_AT_ONCE);
        let mut met: HashMap<String, (String, Client)> = meeting
            .map_ok(|(own, peer, client)| (own, (peer, client)))
            .try_collect()
            .await?;
        while let Some(own) = met.keys().next().cloned() {
            let found = met.remove(&own).ok_or(Trouble::Gone)?;
            let (of, other) = met.remove(&found.0).ok_or(Trouble::Gone)?;
            assert_eq!(of, own, "both are in the same conversation");
            pairs.push(Pair::of([found.1, other]));
        }
    }
}

async fn meet(mut client: Client) -> Outcome<(String, String, Client)> {
    client.want(Command::Seek).await?;
    client
        .stage("somebody", |it| matches!(it, Stage::Greeting { .. }))
        .await?;
    client.want(Command::Greet).await?;
    let talk = client
        .stage("the conversation", |it| matches!(it, Stage::Talk { .. }))
        .await?;
    match talk {
        Stage::Talk { own, peer, .. } => Ok((own, peer, client)),
        _ => Err(Trouble::Gone),
    }
}

/// One more program of somebody who has an account.
pub(crate) async fn log_in(name: &str, door: Door) -> Outcome<Client> {
    let mut client = Client::start(door)?;
    client
        .stage("the door", |it| matches!(it, Stage::Door))
        .await?;
    let (email, password) = (format!("{name}@example.org"), Secret::from(PASSWORD));
    client.ask(Command::LogIn { email, password }).await?;
    Ok(client)
}

/// Forgets what was shown until now.
pub(crate) fn forget(client: &mut Client) {
    while client.next_if_there().is_some() {}
}

/// The link was lost, is there again, and one is in session on it.
pub(crate) async fn comes_back(client: &mut Client) -> Outcome<()> {
    for (name, up) in [("the loss", false), ("the link", true)] {
        let is_it = |event: &Event| match event {
            Event::Link { state } => (matches!(state, LinkState::Up) == up).then_some(()),
            _ => None,
        };
        client.until(name, is_it).await?;
    }
    client.ask(Command::LoadAccount).await.map(drop)
}

/// How long each line takes to the other one and the next back.
async fn throws(mut pair: Pair) -> Outcome<(Pair, Vec<Duration>)> {
    let mut times = Vec::with_capacity(THROWS);
    for _ in 0..THROWS {
        let begin = Instant::now();
        pair.exchange().await?;
        times.push(begin.elapsed());
    }
    Ok((pair, times))
}

/// The slowest but one of a hundred, of all that they throw at the same time.
async fn p99(pairs: Vec<Pair>) -> Outcome<(Vec<Pair>, Duration)> {
    let mut throwing = JoinSet::new();
    for pair in pairs {
        throwing.spawn(throws(pair));
    }
    let (mut back, mut times) = (Vec::new(), Vec::new());
    while let Some(thrown) = throwing.join_next().await {
        let (pair, of_pair) = thrown.map_err(std::io::Error::other)??;
        back.push(pair);
        times.extend(of_pair);
    }
    let p99 = per_mille(&mut times, 990);
    Ok((back, p99))
}

/// Two crowds, each on a server of its own, that throw in the same moments: whatever the machine does to
/// the one it does to the other, so the ratio is what was done to the server of the first.
pub(crate) struct Twins {
    here: Vec<Pair>,
    elsewhere: Vec<Pair>,
    _elsewhere: Floaterd,
}

/// What [`Twins`] took, each the median of its rounds.
pub(crate) struct Compared {
    pub(crate) here: Duration,
    pub(crate) elsewhere: Duration,
    pub(crate) ratio: f64,
}

/// What [`Twins`] took in each round.
#[derive(Default)]
struct Rounds {
    here: Vec<Duration>,
    elsewhere: Vec<Duration>,
    ratios: Vec<f64>,
}

impl Rounds {
    fn compared(&mut self) -> Compared {
        self.ratios.sort_by(f64::total_cmp);
        let middle = self.ratios.get(self.ratios.len() / 2);
        Compared {
            here: per_mille(&mut self.here, 500),
            elsewhere: per_mille(&mut self.elsewhere, 500),
            ratio: middle.copied().unwrap_or(f64::NAN),
        }
    }
}

impl std::fmt::Display for Compared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            here,
            elsewhere,
            ratio,
        } = self;
        write!(f, "p99 {here:?}, elsewhere {elsewhere:?}, ratio {ratio:.2}")
    }
}

impl Twins {
    pub(crate) async fn on(server: &Floaterd, pairs: usize) -> Outcome<Self> {
        let elsewhere = Floaterd::start().await?;
        Ok(Self {
            here: talking(server, pairs, Door::Native(server.native())).await?,
            elsewhere: talking(&elsewhere, pairs, Door::Native(elsewhere.native())).await?,
            _elsewhere: elsewhere,
        })
    }

    /// So many rounds, and as many more as there is time for until it is over.
    pub(crate) async fn compare(
        &mut self,
        rounds: usize,
        is_over: impl Fn() -> bool,
    ) -> Outcome<Compared> {
        let mut all = Rounds::default();
        while all.ratios.len() < rounds || !is_over() {
            self.round(&mut all).await?;
        }
        Ok(all.compared())
    }

    /// So many rounds, and while they are slower than they may be as many again, as long as what is done
    /// to the server surely lasts: a few rounds may be slow by chance, and all of them count.
    pub(crate) async fn compare_with(&mut self, rounds: usize, most: f64) -> Outcome<Compared> {
        let (mut all, began, mut times) = (Rounds::default(), Instant::now(), 0);
        loop {
            for _ in 0..rounds {
                self.round(&mut all).await?;
            }
            times += 1;
            let compared = all.compared();
            let after_next = began.elapsed() * (times + 1) / times;
            if compared.ratio <= most || after_next > LASTS {
                return Ok(compared);
            }
        }
    }

    async fn round(&mut self, all: &mut Rounds) -> Outcome<()> {
        let here = std::mem::take(&mut self.here);
        let elsewhere = std::mem::take(&mut self.elsewhere);
        let (here, elsewhere) = tokio::try_join!(p99(here), p99(elsewhere))?;
        let ratio = here.1.as_secs_f64() / elsewhere.1.as_secs_f64();
        all.ratios.push(ratio);
        all.here.push(here.1);
        all.elsewhere.push(elsewhere.1);
        (self.here, self.elsewhere) = (here.0, elsewhere.0);
        Ok(())
    }

    /// A line each way in each conversation of the first.
    pub(crate) async fn exchange(&mut self) -> Outcome<()> {
        for pair in &mut self.here {
            pair.exchange().await?;
        }
        Ok(())
    }
}

/// As many files as the system lets this process have.
pub(crate) fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

/// A field of a process's status in KiB.
pub(crate) fn kib(process: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mut lines = status.lines();
    let told = lines.find_map(|line| line.strip_prefix(field)?.strip_prefix(":\t"));
    let number = told.and_then(|told| told.split_whitespace().next());
    number.unwrap().parse().unwrap()
}

/// From now on the most memory that a process has had is counted anew.
pub(crate) fn forget_peak(process: u32) {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
}

/// The part of the sorted ones that so many per mille are below.
pub(crate) fn per_mille(times: &mut [Duration], mille: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * mille / 1000).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or_default()
}
