//! P24: who hides, and anybody before the greeting, shows the other one no address, in no encoding,
//! and connects to nobody but the server; to its own router only who does not hide. A program of a
//! person runs with every dial written down; a stranger hears every byte of the server and opens
//! every frame. FLOATER/1.0 §8

use crate::hole::loopback;
use crate::realm::{Place, ROUTER, STRANGER, VICTIM, World, ends};
use crate::spelling::found;
use crate::stranger::Stranger;
use floater_proto::Role;
use floater_proto::body::Policy;
use floater_proto::{Method, Resource, encode, field, limits};
use floater_trial::{Floaterd, Outcome, Setup, Terminal, arrive, reached};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Whatever came to the stranger: of the server, and within the frames.
fn came(it: &Stranger) -> Vec<u8> {
    [it.raw.captured(), it.opened.concat()].concat()
}

fn shows_nothing(place: &Place) {
    let came = came(&place.stranger);
    assert!(came.len() > 2_000, "the stranger hears");
    for address in place.addresses() {
        let found = found(address, &came);
        assert!(
            found.is_empty(),
            "the stranger was shown {address}: {found:?}"
        );
    }
    println!("{} bytes came to the stranger, and no address", came.len());
}

/// What was dialled beside the server's door.
fn beside(place: &Place) -> Vec<SocketAddr> {
    let reached = place.reached();
    assert!(reached.contains(&place.door), "the trace is there");
    reached.into_iter().filter(|to| *to != place.door).collect()
}

/// The reflectors, and for port mappings the router, and what finds it.
fn only_prepared(place: &Place) {
    let beside = beside(place);
    let is_router = |to: &SocketAddr| to.ip() == ROUTER || to.to_string() == "239.255.255.250:1900";
    let is_fit = |to: &&SocketAddr| place.is_server(**to) || is_router(to);
    let elsewhere: Vec<_> = beside.iter().filter(|to| !is_fit(to)).collect();
    assert!(elsewhere.is_empty(), "dialled: {elsewhere:?}");
    assert!(beside.iter().any(|to| place.is_server(*to)), "it prepares");
    assert!(beside.iter().any(is_router), "it asks its router");
    println!("reached, beside the door: {beside:?}");
}

/// A stranger who wants to know, whatever the other one wants.
async fn pries(it: &mut Stranger) {
    let seen = it.seen_at().await;
    let report = it.report(&serde_json::json!([{ "slot": 1, "observed": seen }]));
    assert_eq!(it.raw.post("/path", &report).await, 200);
}

/// Shows that it is there, for as long as this is awaited. FLOATER/1.0 §2.4
async fn lives(it: &mut Stranger) {
    loop {
        tokio::time::sleep(limits::PING_EVERY).await;
        it.raw.relay(&[]).await;
    }
}

/// All bytes of the picture that the victim offers.
async fn pulls(it: &mut Stranger) {
    let offer = it
        .until("an offer", |it| {
            let plain = it
                .heard
                .iter()
                .find(|it| memchr::memmem::find(it, b"\"sha256\"").is_some())?;
            serde_json::from_slice::<Value>(crate::sealed::decoded(plain).body).ok()
        })
        .await;
    let (id, size) = (
        offer["id"].as_str().unwrap(),
        offer["size"].as_u64().unwrap(),
    );
    let mut first = 0;
    while first < size {
        let last = (first + 32_767).min(size - 1);
        it.requests += 1;
        let mut out = Vec::new();
        let resource = format!("/picture/{id}");
        encode::request(&mut out, Method::Get, Resource::parse(&resource).unwrap())
            .request_id(it.requests)
            .field(field::RANGE, &format!("bytes={first}-{last}"))
            .finish(&[])
            .unwrap();
        assert_eq!(it.ask(&out).await.0, 206);
        first = last + 1;
    }
}

async fn whole_conversation(place: &mut Place) -> Outcome<()> {
    place.both_greet().await?;
    place.hears("今天的海是什么颜色?").await?;
    place.says("灰蓝色").await?;
    let photo = place.file("photo.png");
    let picture = image::RgbImage::from_fn(80, 60, |x, y| image::Rgb([x as u8, y as u8, 99]));
    picture.save(&photo).map_err(std::io::Error::other)?;
    place
        .victim
        .types(&format!("/picture {}", photo.display()))
        .await?;
    pulls(&mut place.stranger).await;
    place.victim.reads("The picture was delivered.").await?;
    place.says("还在").await
}

#[tokio::test]
async fn p24_who_hides_shows_no_address_and_connects_to_the_server_alone()
-> Result<(), Box<dyn std::error::Error>> {
    let Some(mut place) =
        Place::enter(World::Home, Role::B, (Policy::Hidden, STRANGER), false).await?
    else {
        return Ok(());
    };
    pries(&mut place.stranger).await;
    whole_conversation(&mut place).await?;
    pries(&mut place.stranger).await;
    place.hears("并没有").await?;
    shows_nothing(&place);
    assert_eq!(beside(&place), []);
    ends(place).await
}

/// And after the greeting the same search finds it: where one allows that.
#[tokio::test]
async fn p24_before_the_greeting_nobody_shows_an_address() -> Result<(), Box<dyn std::error::Error>>
{
    let Some(mut place) =
        Place::enter(World::Home, Role::B, (Policy::Direct, STRANGER), false).await?
    else {
        return Ok(());
    };
    pries(&mut place.stranger).await;
    place.victim.types("/hello").await?;
    let greeted = |it: &mut Stranger| it.has_heard("/greeting").then_some(());
    place.stranger.until("the greeting", greeted).await;
    pries(&mut place.stranger).await;
    // By then the router was asked, and has not answered.
    place.reaches(|to| to.ip() == ROUTER).await;
    shows_nothing(&place);
    only_prepared(&place);

    place.stranger.greet().await;
    place.victim.reads("It begins here").await?;
    let offered = place.stranger.attempt().await;
    // The trace shows what is dialled, and the search finds what is there.
    place.reaches(|to| to.ip() == STRANGER).await;
    place.stranger.join(offered).await;
    place.hears("直接").await?;
    let seen = found(VICTIM, &came(&place.stranger));
    assert!(!seen.is_empty());
    println!("after the greeting: {seen:?}");
    ends(place).await
}

#[tokio::test]
async fn p24_who_is_never_greeted_shows_no_address() -> Result<(), Box<dyn std::error::Error>> {
    let Some(mut place) =
        Place::enter(World::Home, Role::A, (Policy::Direct, STRANGER), false).await?
    else {
        return Ok(());
    };
    pries(&mut place.stranger).await;
    place.victim.types("/hello").await?;
    let Place {
        stranger, victim, ..
    } = &mut place;
    tokio::select! {
        told = victim.reads("The other one did not answer.") => drop(told?),
        () = lives(stranger) => {}
    }
    place.stranger.listen().await;
    shows_nothing(&place);
    only_prepared(&place);
    place.victim.types("/quit").await?;
    assert_eq!(place.victim.ends().await?, Some(0));
    Ok(())
}

/// Both programs are ours. What they reach when they hide no more shows that the trace is whole.
#[tokio::test]
async fn p24_two_who_hide_connect_to_the_server_alone() -> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start_as(Setup::on(loopback(5))?.with_reflectors_here()).await?;
    let home = tempfile::tempdir()?;
    let address = format!("floater://{}", server.native());
    let mut both = Vec::new();
    for name in ["ming", "hong"] {
        let [data, trace] =
            [name.to_owned(), format!("{name}.trace")].map(|it| home.path().join(it));
        let mut one = Terminal::start_traced(name, &address, &data, &trace)?;
        arrive(&server, &mut one, name).await?;
        both.push((one, trace));
    }
    talk(&mut both, "hidden").await?;
    for (_, trace) in &both {
        assert_eq!(
            reached(trace)?.into_iter().collect::<Vec<_>>(),
            [server.native()]
        );
    }
    for (one, _) in &mut both {
        for _ in 0..2 {
            one.types("/leave").await?;
        }
        one.types("/policy direct").await?;
        one.reads("direct connections are allowed").await?;
    }
    talk(&mut both, "direct: ").await?;
    for (_, trace) in &both {
        assert!(reached(trace)?.len() > 2, "reflectors at least");
    }
    Ok(())
}

async fn talk(both: &mut [(Terminal, PathBuf)], path: &str) -> Outcome<()> {
    for (one, _) in &mut *both {
        one.types("/seek").await?;
    }
    for (one, _) in &mut *both {
        one.reads("You have met a stranger!").await?;
        one.types("/hello").await?;
    }
    for (one, _) in &mut *both {
        one.reads(path).await?;
        one.types("今天的海是什么颜色?").await?;
        one.reads("delivered").await?;
    }
    Ok(())
}
