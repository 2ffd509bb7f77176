//! Two who never stop writing: numbered lines, whether each arrives once and in its turn, and how
//! long that takes.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Result, bail};
use floater_trial::{DIRECT, PATIENCE, says_direct};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout_at};

use super::party::Person;

/// Each says a line this often.
const EVERY: Duration = Duration::from_millis(50);

/// One of the two.
pub(super) struct Writer<'a> {
    pub(super) person: &'a mut Person,
    said: u64,
    /// When those lines were said that the other one has not heard.
    under_way: VecDeque<Instant>,
    /// The number of the last line of the other one.
    heard: u64,
    /// What the program told besides, but for the ticks.
    told: Vec<String>,
}

impl<'a> Writer<'a> {
    const fn new(person: &'a mut Person) -> Self {
        Self {
            person,
            said: 0,
            under_way: VecDeque::new(),
            heard: 0,
            told: Vec::new(),
        }
    }

    pub(super) fn is_direct(&self) -> bool {
        let mut last = self.told.iter().rev();
        last.find_map(|it| says_direct(it)) == Some(true)
    }

    /// How often it was told that there is a direct path.
    pub(super) fn directs(&self) -> usize {
        self.told.iter().filter(|it| it.starts_with(DIRECT)).count()
    }

    /// How often the program told this.
    pub(super) fn read(&self, part: &str) -> usize {
        self.told.iter().filter(|it| it.contains(part)).count()
    }

    /// Nobody writes until the program tells this once more.
    pub(super) async fn is_told(&mut self, part: &str) -> Result<()> {
        loop {
            let line = self.line().await?;
            let is_it = line.contains(part);
            self.told.push(line);
            if is_it {
                return Ok(());
            }
        }
    }

    /// The number of the message that the program told this of.
    pub(super) fn number_of(&self, part: &str) -> Option<&str> {
        let line = self.told.iter().find(|it| it.contains(part))?;
        line.strip_prefix('[')?.split(']').next()
    }

    async fn says(&mut self) -> Result<()> {
        self.said += 1;
        self.under_way.push_back(Instant::now());
        let line = format!("{} {}", self.person.name, self.said);
        self.person.types(&line).await
    }

    async fn line(&mut self) -> Result<String> {
        match self.person.terminal.next(Instant::now() + PATIENCE).await? {
            Some(line) => Ok(line),
            None => bail!("{} reads nothing", self.person.name),
        }
    }

    /// A line that the program prints, and how long it took: what the other one says is the next,
    /// and nothing else.
    fn reads(&mut self, line: String, from: &mut Writer<'_>) -> Result<Duration> {
        let said = format!("] {0}: {0} ", from.person.name);
        let Some((_, number)) = line.split_once(&said) else {
            if !line.starts_with('[') || !line.ends_with("delivered") {
                self.told.push(line);
            }
            return Ok(Duration::ZERO);
        };
        self.heard += 1;
        let since = from.under_way.pop_front();
        match since.filter(|_| number == self.heard.to_string()) {
            Some(since) => Ok(since.elapsed()),
            None => bail!(
                "{} hears line {number} in place of {}",
                self.person.name,
                self.heard
            ),
        }
    }
}

/// Both, who talk.
pub(super) struct Writers<'a> {
    pub(super) people: [Writer<'a>; 2],
    clock: Interval,
    slowest: Duration,
}

impl<'a> Writers<'a> {
    pub(super) fn new(people: &'a mut [Person; 2]) -> Self {
        let mut clock = interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            people: people.each_mut().map(Writer::new),
            clock,
            slowest: Duration::ZERO,
        }
    }

    /// The longest that a line took of those that have arrived since this was asked last.
    pub(super) fn slowest(&mut self) -> Duration {
        std::mem::take(&mut self.slowest)
    }

    /// How many lines have arrived, both ways together.
    pub(super) fn arrived(&self) -> u64 {
        self.people.iter().map(|it| it.heard).sum()
    }

    /// Both write until it is so.
    pub(super) async fn write_until(
        &mut self,
        what: &str,
        is_it: impl Fn(&[Writer<'_>; 2]) -> bool,
    ) -> Result<()> {
        self.go_on(true, what, is_it).await
    }

    /// Both write until so many more lines have arrived at each, all of them said from now on.
    pub(super) async fn hear_more(&mut self, more: u64) -> Result<()> {
        let [by_a, by_b] = self.people.each_ref().map(|it| it.said + more);
        self.write_until("more lines", |[a, b]| a.heard >= by_b && b.heard >= by_a)
            .await
    }

    /// Both write for a while, whatever comes of it.
    pub(super) async fn write_for(&mut self, span: Duration) -> Result<()> {
        let end = Instant::now() + span;
        while let Ok(step) = timeout_at(end, self.step(true)).await {
            step?;
        }
        Ok(())
    }

    /// Nobody writes until it is so.
    pub(super) async fn listen_until(
        &mut self,
        what: &str,
        is_it: impl Fn(&[Writer<'_>; 2]) -> bool,
    ) -> Result<()> {
        self.go_on(false, what, is_it).await
    }

    /// Everything arrives, and nothing twice: what comes too often comes before a last line.
    pub(super) async fn finish(&mut self) -> Result<()> {
        let is_all = |[a, b]: &[Writer<'_>; 2]| a.heard == b.said && b.heard == a.said;
        self.listen_until("every line", is_all).await?;
        for one in &mut self.people {
            one.says().await?;
        }
        self.listen_until("the last line", is_all).await
    }

    async fn go_on(
        &mut self,
        writes: bool,
        what: &str,
        is_it: impl Fn(&[Writer<'_>; 2]) -> bool,
    ) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !is_it(&self.people) {
            match timeout_at(end, self.step(writes)).await {
                Ok(step) => step?,
                Err(_) => bail!("{what} did not come:\n{}", self.tail()),
            }
        }
        Ok(())
    }

    async fn step(&mut self, writes: bool) -> Result<()> {
        let [a, b] = &mut self.people;
        let took = tokio::select! {
            _ = self.clock.tick(), if writes => {
                a.says().await?;
                b.says().await?;
                Duration::ZERO
            }
            line = a.line() => a.reads(line?, b)?,
            line = b.line() => b.reads(line?, a)?,
        };
        self.slowest = self.slowest.max(took);
        Ok(())
    }

    fn tail(&self) -> String {
        let each = self.people.iter().map(|it| {
            let (name, tail) = (it.person.name, it.person.terminal.tail());
            format!("{name}, said {}, heard {}:\n{tail}\n", it.said, it.heard)
        });
        each.collect()
    }
}
