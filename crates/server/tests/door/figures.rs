//! What an operator reads, while people come, wait, talk, and are refused.

use crate::raw::{Door, fresh_id, meet};
use crate::world::{PASSWORD, World};
use floater_server::config::Rate;
use floater_server::figures::Figures;
use serde_json::json;

/// The figures of this moment; in tests each process has one server.
struct Read(String);

impl Read {
    async fn of(world: &World) -> Self {
        Self(Figures::of_process().read(&world.server).await)
    }

    fn at(&self, name: &str) -> f64 {
        let mut lines = self.0.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.expect(name).parse().unwrap()
    }
}

/// What is there before anything happened, at zero.
const ALL: &[&str] = &[
    "floater_links{door=\"web\"}",
    "floater_links{door=\"native\"}",
    "floater_links_in_session",
    "floater_accounts_here",
    "floater_waiting",
    "floater_matches",
    "floater_mails_waiting",
    "floater_mails_oldest_seconds",
    "floater_passwords_waiting",
    "floater_passwords_hashed_total",
    "floater_relayed_bytes_total",
    "floater_links_refused_total{why=\"full\"}",
    "floater_links_refused_total{why=\"proxy\"}",
    "floater_refused_total{rate=\"login_by_email\"}",
    "floater_refused_total{rate=\"requests\"}",
    "floater_mails_total{how=\"sent\"}",
    "floater_mails_total{how=\"failed\"}",
    "floater_mails_total{how=\"given-up\"}",
    "floater_store_errors_total",
    "floater_reports_total",
];

#[tokio::test]
async fn the_figures_follow_what_happens_and_name_nobody() {
    let world = World::with(|config| config.rates.login_by_email = Rate::new(2, 1)).await;
    let before = Read::of(&world).await;
    for name in ALL {
        assert!(before.at(name).abs() < f64::EPSILON, "{name}");
    }

    let mut a = world.person(Door::Native, "xiaoming").await;
    let mut b = world.person(Door::Web, "xiaohong").await;
    meet(&mut a, &mut b).await;
    a.relay(&[7; 10_000]).await;
    assert_eq!(b.told("/relay").await.body.len(), 10_000);
    let mut c = world.person(Door::Web, "xiaolan").await;
    assert_eq!(c.post("/seek", &json!({})).await.status, 202);
    let mut d = world.link(Door::Web).await;
    for status in [401, 401, 429] {
        let login = json!({ "email": "nobody@example.org", "password": "wrong horse" });
        let body = json!({ "login": login, "keep": "token", "instance": fresh_id() });
        assert_eq!(d.post("/session", &body).await.status, status);
    }
    let register = json!({
        "email": "new@example.org", "username": "x", "password": PASSWORD, "adult": true,
    });
    assert_eq!(d.post("/account", &register).await.status, 202);

    let now = Read::of(&world).await;
    for (name, value) in [
        ("floater_links{door=\"web\"}", 3.0),
        ("floater_links{door=\"native\"}", 1.0),
        ("floater_links_in_session", 3.0),
        ("floater_accounts_here", 3.0),
        ("floater_waiting", 1.0),
        ("floater_matches", 1.0),
        ("floater_mails_waiting", 1.0),
        ("floater_refused_total{rate=\"login_by_email\"}", 1.0),
        ("floater_passwords_hashed_total", 9.0),
    ] {
        assert!(
            (now.at(name) - value).abs() < f64::EPSILON,
            "{name}\n{}",
            now.0
        );
    }
    assert!(now.at("floater_relayed_bytes_total") >= 10_000.0);
    assert!(now.at("floater_mails_oldest_seconds") < 60.0);
    for personal in ["xiaoming", "example.org", "127.0.0.1"] {
        assert!(!now.0.contains(personal), "{personal} in\n{}", now.0);
    }

    world.store.close().await;
    assert_eq!(
        d.post("/account/recovery", &json!({ "email": "a@example.org" }))
            .await
            .status,
        503
    );
    let after = Read::of(&world).await;
    assert!(after.at("floater_store_errors_total") >= 1.0);
    assert!(
        (after.at("floater_matches") - 1.0).abs() < f64::EPSILON,
        "the rest is told"
    );
}
