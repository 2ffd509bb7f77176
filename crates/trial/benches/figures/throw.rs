//! Pairs that throw a ball to and fro, and pairs of whom one sends and the other one only nods.

use crate::meet::Links;
use crate::raw::Raw;
use floater_proto::body::BYTES;
use floater_proto::{Message, Method, Resource, Role, Start, encode};
use floater_trial::Outcome;
use std::io;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What a pair does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Game {
    /// Bytes of the body that is thrown.
    pub(crate) body: usize,
    /// Bytes of the body that comes back.
    pub(crate) back: usize,
    /// Bodies that are on their way to somebody at the same time.
    pub(crate) ahead: usize,
    pub(crate) lasts: Duration,
}

impl Game {
    /// What people do: 128 bytes to and fro, one after the other.
    pub(crate) const fn talk(lasts: Duration) -> Self {
        Self {
            body: 128,
            back: 128,
            ahead: 1,
            lasts,
        }
    }
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Score {
    /// From the throw to what came back, in seconds, sorted.
    pub(crate) times: Vec<f64>,
    pub(crate) seconds: f64,
}

impl Score {
    /// Messages a second, in both directions together.
    pub(crate) fn rate(&self) -> f64 {
        2.0 * self.times.len() as f64 / self.seconds
    }

    /// Megabytes a second of bodies that were thrown.
    pub(crate) fn megabytes(&self, game: Game) -> f64 {
        (self.times.len() * game.body) as f64 / self.seconds / 1e6
    }

    /// The time that such a part of all does not pass, in milliseconds.
    pub(crate) fn at(&self, part: f64) -> f64 {
        let place = (self.times.len() as f64 * part) as usize;
        1e3 * self.times.get(place).copied().unwrap_or_default()
    }
}

/// Plays, and gives the links back with nothing on its way.
pub(crate) async fn play(links: Links, game: Game) -> Outcome<(Links, Score)> {
    let (stop, stopped) = watch::channel(());
    let (mut throwers, mut catchers) = (JoinSet::new(), JoinSet::new());
    let begin = Instant::now();
    for (role, link) in links {
        match role {
            Role::A => drop(throwers.spawn(throw(link, game, begin + game.lasts))),
            Role::B => drop(catchers.spawn(answer_each(link, game, stopped.clone()))),
        }
    }
    let (mut back, mut score) = (Vec::new(), Score::default());
    while let Some(done) = throwers.join_next().await {
        let (link, times) = done.map_err(io::Error::other)??;
        score.times.extend(times);
        back.push((Role::A, link));
    }
    score.seconds = begin.elapsed().as_secs_f64();
    score.times.sort_by(f64::total_cmp);
    drop(stop);
    while let Some(done) = catchers.join_next().await {
        back.push((Role::B, done.map_err(io::Error::other)??));
    }
    Ok((back, score))
}

fn ball(body: usize) -> io::Result<Vec<u8>> {
    let mut ball = Vec::new();
    encode::request(&mut ball, Method::Post, Resource::Relay)
        .content_type(BYTES)
        .finish(&vec![7; body])
        .map_err(io::Error::other)?;
    Ok(ball)
}

fn caught(body: usize) -> impl Fn(&Message<'_>) -> Option<()> {
    move |message| {
        let relayed = matches!(
            message.start,
            Start::Request {
                resource: "/relay",
                ..
            }
        );
        (relayed && message.body.len() == body).then_some(())
    }
}

async fn throw(mut link: Raw, game: Game, until: Instant) -> Outcome<(Raw, Vec<f64>)> {
    let (ball, mut times) = (ball(game.body)?, Vec::new());
    let mut thrown = std::collections::VecDeque::new();
    loop {
        let goes_on = Instant::now() < until;
        while goes_on && thrown.len() < game.ahead {
            thrown.push_back(Instant::now());
            link.send(&ball).await?;
        }
        let Some(when) = thrown.pop_front() else {
            return Ok((link, times));
        };
        link.hear(caught(game.back)).await?;
        times.push(when.elapsed().as_secs_f64());
    }
}

/// Whoever throws has every answer when it is stopped: nothing is on its way.
async fn answer_each(mut link: Raw, game: Game, mut stopped: watch::Receiver<()>) -> Outcome<Raw> {
    let back = ball(game.back)?;
    loop {
        tokio::select! {
            heard = link.hear(caught(game.body)) => heard?,
            _ = stopped.changed() => {
                // Nothing may ever be thrown to it, and then it says nothing.
                link.show_life().await?;
                return Ok(link);
            }
        }
        link.send(&back).await?;
    }
}
