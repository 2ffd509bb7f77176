//! Two `floater` processes find each other directly: what they say goes from one to the other and
//! not through the server. The direct connection is cut, and the talk goes on; another one is
//! found, and left again by whoever wants to hide.

use floater_trial::{Cable, Floaterd, Outcome, Setup, Terminal, arrive, sever};
use std::path::Path;

/// A picture that is sent directly adds less than this to both server links together.
const BESIDE_MAX: u64 = 50 * 1024;

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
        let told = side.person.reads("direct: ").await?;
        assert!(told.ends_with(" ms)"), "{told}");
    }
    says(&mut ming, &mut hong, "今天的海是什么颜色?").await?;
    says(&mut hong, &mut ming, "灰蓝色 🌊").await?;

    let photo = home.path().join("noise.png");
    assert!(picture(&photo)? > 1024 * 1024);
    let before = ming.cable.carried() + hong.cable.carried();
    ming.person
        .types(&format!("/picture {}", photo.display()))
        .await?;
    hong.person.reads("[3] Receiving 50%").await?;
    hong.person.reads("[3] The picture is here.").await?;
    ming.person.reads("[3] The picture was delivered.").await?;
    let beside = ming.cable.carried() + hong.cable.carried() - before;
    assert!(beside < BESIDE_MAX, "{beside} bytes went to the server");
    let saved = home.path().join("saved.jpg");
    hong.person
        .types(&format!("/save 3 {}", saved.display()))
        .await?;
    hong.person.reads("Saved: ").await?;
    let size = std::fs::metadata(&saved)?.len();
    assert!(size > 500 * 1024, "{size} bytes came");

    // The direct connection ends; the server's cable carries on.
    assert!(ming.severs()? > 0);
    for side in [&mut ming, &mut hong] {
        side.person.reads("relayed: ").await?;
    }
    says(&mut ming, &mut hong, "Are you still there?").await?;
    says(&mut hong, &mut ming, "I am.").await?;

    // Another one is found by itself, and who hides leaves it.
    for side in [&mut ming, &mut hong] {
        side.person.reads("direct: ").await?;
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
