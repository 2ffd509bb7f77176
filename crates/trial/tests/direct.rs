//! Two `floater` processes find each other directly: what they say goes from one to the other and
//! not through the server. The direct connection is cut, and the talk goes on; another one is
//! found, and left again by whoever wants to hide.

use floater_trial::{
    Cable, DIRECT, Floaterd, Outcome, RELAYED, Setup, Stillness, Terminal, arrive, says_direct,
    sever,
};
use std::path::Path;

/// A picture that is sent directly adds less than this to both server links together.
const BESIDE_MAX: u64 = 50 * 1024;
/// Pictures that are sent for this.
const SENT_MAX: usize = 3;

/// One side: a person, and the cable to the server.
struct Side {
    person: Terminal,
    cable: Cable,
}

impl Side {
    async fn come(server: &Floaterd, name: &str, home: &Path) -> Outcome<Self> {
        let cable = Cable::to(server.native()).await?;
        let address = format!("floater://{}", cable.address());
        let mut person = Terminal::start(name, &address, &home.join(name), &[])?;
        arrive(server, &mut person, name).await?;
        person.types("/policy direct").await?;
        person.reads("direct connections are allowed").await?;
        Ok(Self { person, cable })
    }

    /// Cuts the connection to the other one, which is all that does not lead to the server.
    fn severs(&self) -> Outcome<usize> {
        sever(
            self.person.process().unwrap_or(0),
            self.cable.address().port(),
        )
    }
}

async fn meet(ming: &mut Side, hong: &mut Side) -> Outcome<()> {
    for side in [&mut *ming, &mut *hong] {
        side.person.types("/seek").await?;
    }
    for side in [&mut *ming, &mut *hong] {
        side.person.reads("You have met a stranger!").await?;
        side.person.types("/hello").await?;
    }
    for side in [ming, hong] {
        side.person.reads("It begins here").await?;
    }
    Ok(())
}

async fn says(from: &mut Side, to: &mut Side, text: &str) -> Outcome<()> {
    from.person.types(text).await?;
    to.person.reads(text).await?;
    Ok(())
}

/// Noise, which no compression makes small.
fn picture(path: &Path) -> Outcome<u64> {
    let mut state = 1_u32;
    let noise = image::RgbImage::from_fn(1600, 1200, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        image::Rgb([a, b, c])
    });
    noise.save(path).map_err(std::io::Error::other)?;
    Ok(std::fs::metadata(path)?.len())
}

/// Sends a picture as the third line: which line it is, and what it added to both server links. Where
/// the machine stands still, so does the path, and the server's link takes over: then a picture is sent
/// again.
async fn sends(from: &mut Side, to: &mut Side, photo: &Path) -> Outcome<(usize, u64)> {
    let stillness = Stillness::default();
    tokio::spawn(stillness.clone().watch());
    let mut line = 3;
    loop {
        stillness.begin();
        let before = from.cable.carried() + to.cable.carried();
        from.person
            .types(&format!("/picture {}", photo.display()))
            .await?;
        let told = |what: &str| format!("[{line}] {what}");
        let mut there = to.person.reads_all(&told("Receiving 50%")).await?;
        there.extend(to.person.reads_all(&told("The picture is here.")).await?);
        let here = told("The picture was delivered.");
        let here = from.person.reads_all(&here).await?;
        let beside = from.cable.carried() + to.cable.carried() - before;
        let is_last = line == 2 + SENT_MAX;
        if beside < BESIDE_MAX || is_last || !stillness.stood_still().await {
            return Ok((line, beside));
        }
        line += 1;
        for (side, read) in [(&mut *from, here), (&mut *to, there)] {
            if read.iter().rev().find_map(|it| says_direct(it)) == Some(false) {
                side.person.reads(DIRECT).await?;
            }
        }
    }
}

#[tokio::test]
async fn what_is_said_directly_is_not_said_to_the_server() -> Result<(), Box<dyn std::error::Error>>
{
    let setup = Setup::on_loopback()?.with_reflectors_here();
    let server = Floaterd::start_as(setup).await?;
    let home = tempfile::tempdir()?;
    let mut ming = Side::come(&server, "ming", home.path()).await?;
    let mut hong = Side::come(&server, "hong", home.path()).await?;
    meet(&mut ming, &mut hong).await?;

    // Not a chat but the connection changes: nobody waits for it.
    for side in [&mut ming, &mut hong] {
        let told = side.person.reads(DIRECT).await?;
        assert!(told.ends_with(" ms)"), "{told}");
    }
    says(&mut ming, &mut hong, "今天的海是什么颜色?").await?;
    says(&mut hong, &mut ming, "灰蓝色 🌊").await?;

    let photo = home.path().join("noise.png");
    assert!(picture(&photo)? > 1024 * 1024);
    let (line, beside) = sends(&mut ming, &mut hong, &photo).await?;
    assert!(beside < BESIDE_MAX, "{beside} bytes went to the server");
    let saved = home.path().join("saved.jpg");
    hong.person
        .types(&format!("/save {line} {}", saved.display()))
        .await?;
    hong.person.reads("Saved: ").await?;
    let size = std::fs::metadata(&saved)?.len();
    assert!(size > 500 * 1024, "{size} bytes came");

    // The direct connection ends; the server's cable carries on.
    assert!(ming.severs()? > 0);
    for side in [&mut ming, &mut hong] {
        side.person.reads(RELAYED).await?;
    }
    says(&mut ming, &mut hong, "Are you still there?").await?;
    says(&mut hong, &mut ming, "I am.").await?;

    // Another one is found by itself, and who hides leaves it.
    for side in [&mut ming, &mut hong] {
        side.person.reads(DIRECT).await?;
    }
    hong.person.types("/hide").await?;
    for side in [&mut ming, &mut hong] {
        side.person.reads("address hidden: ").await?;
    }
    says(&mut ming, &mut hong, "Hidden, then.").await?;
    says(&mut hong, &mut ming, "Hidden.").await?;
    assert_eq!((ming.severs()?, hong.severs()?), (0, 0));
    Ok(())
}
