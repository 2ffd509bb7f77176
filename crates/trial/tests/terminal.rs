//! Two `floater` processes, typed to by pipes, walk the whole way: register, read the mail,
//! activate, log in, meet, greet, write, send a picture, lose the server, part. And a server that
//! is not the one that was named is refused in words.

use floater_trial::{Floaterd, Outcome, PASSWORD, Setup, Terminal, arrive};
use image::{ImageFormat, Rgb, RgbImage};
use std::path::Path;

/// A picture that was compressed twice is at least so near to what it was, in dB.
const NEAR: f64 = 30.0;

fn address(server: &Floaterd) -> String {
    format!("floater://{}", server.native())
}

async fn meet(one: &mut Terminal, other: &mut Terminal) -> Outcome<()> {
    one.types("聊一聊").await?;
    one.reads("Waiting for a stranger").await?;
    other.types("/seek").await?;
    one.reads("You have met a stranger! You are ming, the other is hong.")
        .await?;
    other.reads("You have met a stranger!").await?;
    for side in [&mut *one, &mut *other] {
        side.reads("address hidden: passed on by the server")
            .await?;
    }
    one.types("too early").await?;
    one.reads("first: the conversation begins when both have")
        .await?;
    one.types("你好").await?;
    other.reads("The other waits for your hello").await?;
    other.types("/hello").await?;
    for side in [one, other] {
        side.reads("It begins here").await?;
    }
    Ok(())
}

/// Waves of colour, with a camera's note of the place, lying on its side.
fn photograph(path: &Path) -> Outcome<RgbImage> {
    let wave = |x: u32, by: f64| (127.0 + 127.0 * (f64::from(x) / by).sin()) as u8;
    let upright = RgbImage::from_fn(300, 400, |x, y| {
        Rgb([wave(x, 40.0), wave(y, 55.0), wave(x + y, 70.0)])
    });
    let lying = image::imageops::rotate270(&upright);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let written = lying.write_to(&mut jpeg, ImageFormat::Jpeg);
    written.map_err(std::io::Error::other)?;
    let jpeg = jpeg.into_inner();
    // Orientation 6: to be turned by a quarter, clockwise; and a word that must not leave.
    let told = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0the island";
    let length = u16::try_from(told.len() + 2).unwrap_or(0).to_be_bytes();
    let (start, rest) = jpeg.split_at(2);
    let file = [start, b"\xff\xe1", &length, told, rest].concat();
    std::fs::write(path, file)?;
    Ok(upright)
}

fn nearness(one: &RgbImage, other: &RgbImage) -> f64 {
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let squares: f64 = pairs
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    10.0 * (255.0 * 255.0 * one.as_raw().len() as f64 / squares.max(1.0)).log10()
}

/// ming sends a picture as line 3, and hong keeps it.
async fn picture(
    ming: &mut Terminal,
    hong: &mut Terminal,
    home: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    let at = |name: &str| home.join(name);
    let upright = photograph(&at("photo.jpg"))?;
    let photo = at("photo.jpg").display().to_string();
    ming.types(&format!("/picture {photo}")).await?;
    hong.reads("[3] ming sent a picture:").await?;
    hong.reads("[3] The picture is here.").await?;
    ming.reads("[3] The picture was delivered.").await?;
    hong.types(&format!("/save 3 {}", at("saved.jpg").display()))
        .await?;
    hong.reads("Saved: ").await?;
    let saved = std::fs::read(at("saved.jpg"))?;
    assert!(
        !saved.windows(6).any(|it| it == b"island"),
        "it tells the place"
    );
    let near = nearness(&upright, &image::load_from_memory(&saved)?.to_rgb8());
    assert!(near >= NEAR, "{near} dB");
    hong.types(&format!("/save 3 {}", at("saved.jpg").display()))
        .await?;
    hong.reads("exists already and was not overwritten").await?;
    Ok(())
}

#[tokio::test]
async fn two_terminals_walk_the_whole_way() -> Result<(), Box<dyn std::error::Error>> {
    let mut server = Floaterd::start().await?;
    let home = tempfile::tempdir()?;
    let at = |name: &str| home.path().join(name);
    let mut ming = Terminal::start("ming", &address(&server), &at("ming"), &[])?;
    let mut hong = Terminal::start("hong", &address(&server), &at("hong"), &[])?;
    arrive(&server, &mut ming, "ming").await?;
    arrive(&server, &mut hong, "hong").await?;

    // One program a data directory: the second one says so and ends.
    let mut second = Terminal::start("second", &address(&server), &at("ming"), &[])?;
    second.reads("another floater uses").await?;
    assert_eq!(second.ends().await?, Some(4));

    meet(&mut ming, &mut hong).await?;
    ming.types("今天的海是什么颜色?").await?;
    assert_eq!(hong.reads("海").await?, "[1] ming: 今天的海是什么颜色?");
    ming.reads("[1] delivered").await?;
    hong.types("/quote 1 灰蓝色 🌊").await?;
    assert_eq!(
        ming.reads("灰蓝色").await?,
        "[2] hong (quoting [1]): 灰蓝色 🌊"
    );

    picture(&mut ming, &mut hong, home.path()).await?;

    let safety = [&mut ming, &mut hong].map(|it| it.types("/safety"));
    for typed in safety {
        typed.await?;
    }
    let code = ming.reads("Safety code: ").await?;
    assert_eq!(hong.reads("Safety code: ").await?, code);

    server.kill().await?;
    ming.reads("Reconnecting… your place is kept").await?;
    ming.types("written while the server was away").await?;
    server.start_again().await?;
    hong.reads("written while the server was away").await?;
    ming.reads("[4] delivered").await?;

    // The end is asked for twice; anything else keeps talking.
    hong.types("/leave").await?;
    hong.reads("End this conversation?").await?;
    hong.types("no").await?;
    hong.reads("you keep talking").await?;
    ming.reads("[5] hong: no").await?;
    hong.types("/leave").await?;
    hong.types("/leave").await?;
    hong.reads("You ended the conversation").await?;
    ming.reads("The other one left").await?;
    ming.types("/report abuse 2,5 rude").await?;
    ming.reads("The report was sent").await?;
    ming.types("/block").await?;
    ming.reads("hong is blocked").await?;
    ming.types("/blocks").await?;
    ming.reads("1. hong").await?;
    ming.types("/unblock 1").await?;
    ming.reads("Unblocked").await?;

    // The session is there at the next start, without a word of password.
    ming.types("/quit").await?;
    ming.reads("Good-bye").await?;
    assert_eq!(ming.ends().await?, Some(0));
    let mut ming = Terminal::start("ming again", &address(&server), &at("ming"), &[])?;
    ming.reads("Hello, ming.").await?;

    // Ctrl-C asks first; the second one ends it for the other too.
    meet(&mut ming, &mut hong).await?;
    hong.interrupt().await?;
    hong.reads("Ctrl-C once more").await?;
    hong.interrupt().await?;
    assert_eq!(hong.ends().await?, Some(130));
    ming.reads("The other one left").await?;
    ming.ends_input();
    assert_eq!(ming.ends().await?, Some(0));
    Ok(())
}

#[tokio::test]
async fn a_script_logs_in_by_a_file_and_exports() -> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start().await?;
    let home = tempfile::tempdir()?;
    let at = |name: &str| home.path().join(name);
    let mut first = Terminal::start("first", &address(&server), &at("first"), &[])?;
    arrive(&server, &mut first, "ming").await?;

    std::fs::write(at("password"), format!("{PASSWORD}\n"))?;
    let file = at("password").display().to_string();
    let words = ["--email", "ming@example.org", "--password-file", &file];
    let mut script = Terminal::start("script", &address(&server), &at("script"), &words)?;
    script.types("/account").await?;
    script
        .types(&format!("/export {}", at("all.json").display()))
        .await?;
    script.types("/name 明").await?;
    script.types("/logout").await?;
    script.ends_input();
    script.reads("E-mail: ming@example.org").await?;
    script.reads("Everything the server knows").await?;
    script.reads("Hello, 明.").await?;
    script.reads("Logged out").await?;
    assert_eq!(script.ends().await?, Some(0));
    assert!(std::fs::read_to_string(at("all.json"))?.contains("ming@example.org"));
    let kept = at("script").join(format!("127.0.0.1-{}", server.native().port()));
    assert!(!kept.join("token").exists(), "a token outlives its session");
    Ok(())
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate() -> Result<(), Box<dyn std::error::Error>> {
    let home = tempfile::tempdir()?;
    let at = |name: &str| home.path().join(name);
    let server = Floaterd::start_as(Setup::on_loopback()?.with_tls()).await?;
    let fingerprint = server.fingerprint().await?;
    let right = format!("{}#{fingerprint}", address(&server));
    let mut pinned = Terminal::start("pinned", &right, &at("pinned"), &[])?;
    arrive(&server, &mut pinned, "ming").await?;

    let digit = if fingerprint.starts_with('0') {
        "1"
    } else {
        "0"
    };
    let (_, rest) = fingerprint.split_at(1);
    let wrong = format!("{}#{digit}{rest}", address(&server));
    let mut refused = Terminal::start("refused", &wrong, &at("refused"), &[])?;
    refused
        .reads("another certificate than the one you named")
        .await?;
    refused.reads(&format!("shown: {fingerprint}")).await?;
    assert_eq!(refused.ends().await?, Some(3));

    let plain = Floaterd::start().await?;
    let named = format!("{}#{fingerprint}", address(&plain));
    let mut other = Terminal::start("other", &named, &at("other"), &[])?;
    other.reads("No TLS is spoken at that port").await?;
    assert_eq!(other.ends().await?, Some(3));
    Ok(())
}
