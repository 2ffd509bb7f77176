//! P29: the grade that an observatory of web sites would give, by a list of one's own: what each answer
//! must say behind TLS, what it must not, and that no other site opens a WebSocket here.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use world::{World, get};

const OWN: &str = "https://floater.example";
/// Half a year is what is asked for.
const HSTS_LEAST: u64 = 15_768_000;
/// Everything that a page can be made of, and what it may do: each named, or denied by `default-src`.
const DENIED: [&str; 4] = ["default-src", "base-uri", "form-action", "frame-ancestors"];
/// What a policy that is worth something does not say.
const LAX: [&str; 7] = [
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'unsafe-hashes'",
    "*",
    "http:",
    "https:",
    "data:",
];
/// Says what runs there, or lets others in.
const UNSAID: [&str; 5] = [
    "server",
    "x-powered-by",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "public-key-pins",
];
/// Sites that are not this one, however alike.
const OTHERS: [&str; 12] = [
    "https://evil.example",
    "http://floater.example",
    "https://floater.example:444",
    "https://floater.example.evil.example",
    "https://evil.example/https://floater.example",
    "https://evilfloater.example",
    "https://sub.floater.example",
    "https://floater.example@evil.example",
    "https://floater.example, https://evil.example",
    "null",
    "file://",
    "",
];

async fn behind_tls() -> World {
    World::with(Vec::new(), |config| {
        config.http.behind_proxy = true;
        config.http.public_url = OWN.to_owned();
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

fn fields(answer: &str) -> BTreeMap<String, String> {
    let head = answer.split("\r\n\r\n").next().unwrap();
    let lines = head.lines().skip(1).filter_map(|it| it.split_once(':'));
    let fields = lines.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    fields.collect()
}

/// What is wrong with an answer.
fn faults(fields: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    let said = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        if said(name) != value {
            faults.push(format!("{name}: {:?}", said(name)));
        }
    }
    let hsts = said("strict-transport-security").split(';').next();
    let seconds = hsts.and_then(|it| it.strip_prefix("max-age=")?.parse().ok());
    if seconds.is_none_or(|it: u64| it < HSTS_LEAST) {
        faults.push(format!("strict-transport-security: {seconds:?}"));
    }
    for name in UNSAID.iter().filter(|it| fields.contains_key(**it)) {
        faults.push(format!("{name} is said"));
    }
    faults.extend(faults_of_policy(said("content-security-policy")));
    faults
}

fn faults_of_policy(policy: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let directives: BTreeMap<&str, BTreeSet<&str>> = policy
        .split(';')
        .filter_map(|it| it.trim().split_once(' '))
        .map(|(name, values)| (name, values.split_whitespace().collect()))
        .collect();
    for name in DENIED {
        if directives.get(name) != Some(&BTreeSet::from(["'none'"])) {
            faults.push(format!("{name} is not 'none'"));
        }
    }
    for (name, values) in &directives {
        for lax in LAX.iter().filter(|it| values.contains(**it)) {
            faults.push(format!("{name} {lax}"));
        }
    }
    let scripts = directives.get("script-src").cloned().unwrap_or_default();
    if !scripts.is_subset(&BTreeSet::from(["'self'", "'wasm-unsafe-eval'"])) {
        faults.push(format!("script-src {scripts:?}"));
    }
    if directives.get("require-trusted-types-for") != Some(&BTreeSet::from(["'script'"])) {
        faults.push("trusted types are not required".to_owned());
    }
    faults
}

/// What the page itself names, each of this site.
fn named(page: &str) -> Vec<String> {
    let after = page.split(['"', '\'']).skip(1).step_by(2);
    let named = after.filter(|it| it.starts_with('/') || it.contains("://"));
    named.map(str::to_owned).collect()
}

#[tokio::test]
async fn p29_every_answer_behind_tls_has_the_best_grade() {
    let world = behind_tls().await;
    let at = world.running.http;
    let page = get(at, "/").await;
    let mut paths = ["/", "/healthz", "/readyz", "/nothing", "/ws", "/cookie"]
        .map(str::to_owned)
        .to_vec();
    for path in named(&page) {
        assert!(path.starts_with('/'), "the page names another site: {path}");
        paths.push(path);
    }
    for inline in ["<script>", " onload=", " style=", "javascript:"] {
        assert!(!page.contains(inline), "{inline} in the page");
    }
    for path in &paths {
        let faults = faults(&fields(&get(at, path).await));
        assert!(faults.is_empty(), "{path}: {faults:?}");
    }
    println!("P29: {} answers without a fault", paths.len());
}

/// The list itself: of what is taken away or added each is noticed.
#[test]
fn p29_a_worse_answer_has_a_worse_grade() {
    let good = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'; require-trusted-types-for 'script'";
    assert!(faults_of_policy(good).is_empty());
    for (from, to) in [
        ("default-src 'none'", "default-src 'self'"),
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("script-src 'self'", "script-src https://cdn.example"),
        ("base-uri 'none'; ", ""),
        ("form-action 'none'; ", ""),
        ("frame-ancestors 'none'; ", ""),
        ("; require-trusted-types-for 'script'", ""),
    ] {
        let worse = good.replace(from, to);
        assert!(!faults_of_policy(&worse).is_empty(), "{worse}");
    }
}

/// The status of a WebSocket that a page of this origin opens.
async fn upgrade(at: SocketAddr, origin: Option<&str>) -> String {
    let origin = origin.map_or_else(String::new, |it| format!("Origin: {it}\r\n"));
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: floater.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Sec-WebSocket-Protocol: floater.1\r\n{origin}\r\n"
    );
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8(status.to_vec()).unwrap()
}

#[tokio::test]
async fn p29_no_other_site_opens_a_websocket() {
    let world = behind_tls().await;
    let at = world.running.http;
    for other in OTHERS {
        assert_eq!(upgrade(at, Some(other)).await, "HTTP/1.1 403", "{other:?}");
    }
    assert_eq!(upgrade(at, None).await, "HTTP/1.1 403", "no origin");
    assert_eq!(upgrade(at, Some(OWN)).await, "HTTP/1.1 101");
    println!("P29: {} other sites refused", OTHERS.len());
}
