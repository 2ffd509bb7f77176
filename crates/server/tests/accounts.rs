//! 小明 registers, gets his mail over real SMTP, activates, logs in, changes and recovers his
//! password, and deletes his account.

mod world;

use floater_proto::body::{Fault, Keep, LogIn, MailProof, Mailed, OpenSession, from_json, to_json};
use floater_proto::{Binary, Email};
use floater_server::{account, session};
use serde_json::json;
use world::{PASSWORD, World, client};

#[tokio::test]
async fn who_registers_logs_in_after_the_activation_and_not_before() {
    let mut world = World::start().await;
    let mailed = world.register("ming@example.org", PASSWORD).await;
    let mail = world.mail.next().await;
    assert_eq!(mail.to, "ming@example.org");

    let problem = world
        .log_in("ming@example.org", PASSWORD)
        .await
        .unwrap_err();
    assert_eq!(problem.error, Fault::NotActivated);
    let problem = world
        .log_in("ming@example.org", "another password")
        .await
        .unwrap_err();
    assert_eq!(
        problem.error,
        Fault::WrongCredentials,
        "only the right password is told more"
    );

    let token = mail.token("activate");
    let foreign = MailProof::Link {
        token: token.clone(),
        secret: "elsewhere".into(),
    };
    assert_eq!(
        world.activate(&foreign).await.unwrap_err().error,
        Fault::TypeCode
    );
    let proof = MailProof::Link {
        token,
        secret: mailed.secret,
    };
    world.activate(&proof).await.unwrap();
    assert_eq!(
        world.activate(&proof).await.unwrap_err().error,
        Fault::CodeExpired
    );

    let (client, token) = world.log_in("Ming@Example.org", PASSWORD).await.unwrap();
    let shown = account::show(&world.server, &client, b"").await.unwrap();
    assert_eq!(
        from_json::<serde_json::Value>(&shown.body).unwrap()["username"],
        "小明"
    );
    world.resume(&token).await.unwrap();
}

#[tokio::test]
async fn a_code_bears_five_tries() {
    let mut world = World::start().await;
    let own = world.register("ming@example.org", PASSWORD).await;
    let mail = world.mail.next().await;
    let code = mail.code();
    let email = Email::new("ming@example.org").unwrap();
    let wrong = MailProof::Code {
        email: email.clone(),
        code: "AAAAAAAA".into(),
    };
    for _ in 0..5 {
        assert_eq!(
            world.activate(&wrong).await.unwrap_err().error,
            Fault::CodeWrong
        );
    }
    let right = MailProof::Code { email, code };
    assert_eq!(
        world.activate(&right).await.unwrap_err().error,
        Fault::CodeWrong
    );
    // Nobody can guess at the link: it is as good as before.
    let link = MailProof::Link {
        token: mail.token("activate"),
        secret: own.secret,
    };
    world.activate(&link).await.unwrap();
}

#[tokio::test]
async fn activating_sets_what_was_registered_under_this_code() {
    let mut world = World::start().await;
    let own = world.register("ming@example.org", PASSWORD).await;
    let mail = world.mail.next().await;
    world.register("ming@example.org", "somebody else's").await;
    world.mail.next().await;
    let proof = MailProof::Link {
        token: mail.token("activate"),
        secret: own.secret,
    };
    world.activate(&proof).await.unwrap();
    world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let problem = world
        .log_in("ming@example.org", "somebody else's")
        .await
        .unwrap_err();
    assert_eq!(problem.error, Fault::NotActivated, "as before");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_is_told_by_mail() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let (here, here_token) = world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let (_, there) = world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let change = |current: &str| to_json(&json!({"current": current, "new": "four brown ducks"}));
    let wrong = account::change_password(&world.server, &here, &change("not this one")).await;
    assert_eq!(wrong.unwrap_err().error, Fault::WrongCredentials);
    account::change_password(&world.server, &here, &change(PASSWORD))
        .await
        .unwrap();
    assert!(
        world
            .mail
            .next()
            .await
            .text()
            .contains("password was just changed")
    );
    world.resume(&here_token).await.unwrap();
    assert_eq!(
        world.resume(&there).await.unwrap_err().error,
        Fault::SessionEnded
    );
    world
        .log_in("ming@example.org", "four brown ducks")
        .await
        .unwrap();
}

/// The password is changed after it was verified and before the session is there.
#[tokio::test]
async fn a_changed_password_ends_a_log_in_that_is_under_way() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let (here, _) = world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let wanted = OpenSession {
        login: Some(LogIn {
            email: Email::new("ming@example.org").unwrap(),
            password: PASSWORD.into(),
        }),
        token: None,
        keep: Keep::Token,
        instance: Binary([2; 16]),
        ticket: None,
    };
    let (server, there) = (&world.server, client());
    let verified = session::authenticate(server, &there, &wanted)
        .await
        .unwrap();
    let change = to_json(&json!({"current": PASSWORD, "new": "four brown ducks"}));
    account::change_password(server, &here, &change)
        .await
        .unwrap();
    let refused = session::establish(server, &there, verified, Keep::Token)
        .await
        .unwrap_err();
    assert_eq!(refused.error, Fault::WrongCredentials);
    let own = here.session.unwrap().account;
    assert_eq!(server.store.sessions(own).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_forgot_the_password_sets_a_new_one_once() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let (_, old) = world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let body = to_json(&json!({"email": "ming@example.org", "language": "zh-CN"}));
    account::recover(&world.server, &client(), &body)
        .await
        .unwrap();
    let code = world.mail.next().await.code();
    let proof = MailProof::Code {
        email: Email::new("ming@example.org").unwrap(),
        code,
    };
    let set = to_json(&json!({"proof": proof, "new": "four brown ducks"}));
    account::change_password(&world.server, &client(), &set)
        .await
        .unwrap();
    world
        .log_in("ming@example.org", "four brown ducks")
        .await
        .unwrap();
    assert_eq!(
        world.resume(&old).await.unwrap_err().error,
        Fault::SessionEnded
    );
    let again = account::change_password(&world.server, &client(), &set)
        .await
        .unwrap_err();
    assert_eq!(again.error, Fault::CodeWrong);
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_address_free() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let (client, token) = world.log_in("ming@example.org", PASSWORD).await.unwrap();
    let export = account::export(&world.server, &client, b"").await.unwrap();
    let export: serde_json::Value = from_json(&export.body).unwrap();
    assert_eq!(export["account"]["email"], "ming@example.org");
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    let body = to_json(&json!({"password": PASSWORD}));
    account::delete(&world.server, &client, &body)
        .await
        .unwrap();
    assert_eq!(
        world.resume(&token).await.unwrap_err().error,
        Fault::SessionEnded
    );
    let problem = world
        .log_in("ming@example.org", PASSWORD)
        .await
        .unwrap_err();
    assert_eq!(problem.error, Fault::WrongCredentials);
    world.account("ming@example.org").await;
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_by_field() {
    let world = World::start().await;
    let cases = [
        (
            json!({"email": "m@x.org", "username": "m", "password": PASSWORD, "adult": false}),
            "adult",
        ),
        (
            json!({"email": "m@x.org", "username": "m", "password": "short", "adult": true}),
            "password",
        ),
        (
            json!({"email": "m@x.org", "username": "m", "password": "password123", "adult": true}),
            "password",
        ),
    ];
    for (body, field) in cases {
        let problem = account::register(&world.server, &client(), &to_json(&body))
            .await
            .unwrap_err();
        assert_eq!(problem.field.as_deref(), Some(field));
    }
    let not_json = account::register(&world.server, &client(), b"{")
        .await
        .unwrap_err();
    assert_eq!(not_json.error, Fault::Malformed);
}

/// Nothing that anybody can ask tells whether an address has an account: the answers are equal,
/// and before each answer the same work is done.
#[tokio::test]
async fn p23_known_and_unknown_addresses_are_answered_alike() {
    let mut world = World::start().await;
    world.account("known@example.org").await;
    let shape = |reply: floater_server::Reply| {
        let mailed: Mailed = from_json(&reply.body).unwrap();
        (
            reply.status,
            reply.content_type,
            reply.body.len(),
            mailed.secret.expose().len(),
        )
    };
    let mut shapes = Vec::new();
    for email in ["known@example.org", "knowm@example.org"] {
        let (server, client) = (&world.server, client());
        let ask = to_json(&json!({"email": email, "language": "en"}));
        let register = world::register_body(email, "four brown ducks");
        shapes.push([
            shape(account::register(server, &client, &register).await.unwrap()),
            shape(
                account::activation_again(server, &client, &ask)
                    .await
                    .unwrap(),
            ),
            shape(account::recover(server, &client, &ask).await.unwrap()),
        ]);
        let wrong = MailProof::Code {
            email: Email::new(email).unwrap(),
            code: "AAAAAAAA".into(),
        };
        let told = world.activate(&wrong).await.unwrap_err();
        assert_eq!(told.error, Fault::CodeWrong);
        let refused = world.log_in(email, "wrong password").await.unwrap_err();
        assert_eq!(refused.error, Fault::WrongCredentials);
    }
    assert_eq!(shapes.first(), shapes.last());
}

/// Who registers an address and logs in with the password just chosen reads the same, whether it has
/// an account or not, whatever its owner does meanwhile.
#[tokio::test]
async fn p23_a_password_just_registered_is_answered_alike() {
    const CHOSEN: &str = "four brown ducks";
    let mut world = World::start().await;
    world.account("known@example.org").await;
    for email in ["known@example.org", "knowm@example.org"] {
        world.register(email, CHOSEN).await;
        // What the mail says was decided.
        world.mail.next().await;
        let begin = world.server.passwords.hashed();
        let refused = world.log_in(email, CHOSEN).await.unwrap_err();
        assert_eq!(refused.error, Fault::NotActivated, "{email}");
        let refused = world.log_in(email, "another password").await.unwrap_err();
        assert_eq!(refused.error, Fault::WrongCredentials, "{email}");
        assert_eq!(world.server.passwords.hashed(), begin + 2, "{email}");
    }
    let email = "known@example.org";
    let (own, _) = world.log_in(email, PASSWORD).await.unwrap();
    let change = to_json(&json!({"current": PASSWORD, "new": "five black crows"}));
    account::change_password(&world.server, &own, &change)
        .await
        .unwrap();
    world.mail.next().await;
    let body = to_json(&json!({"email": email, "language": "en"}));
    account::recover(&world.server, &client(), &body)
        .await
        .unwrap();
    let proof = MailProof::Code {
        email: Email::new(email).unwrap(),
        code: world.mail.next().await.code(),
    };
    let set = to_json(&json!({"proof": proof, "new": "six white swans"}));
    account::change_password(&world.server, &client(), &set)
        .await
        .unwrap();
    let refused = world.log_in(email, CHOSEN).await.unwrap_err();
    assert_eq!(refused.error, Fault::NotActivated);
    world.log_in(email, "six white swans").await.unwrap();
}

/// What takes time is done for every address: a log-in and a registration hash once each, the
/// other requests never.
#[tokio::test]
async fn p23_an_unknown_address_costs_the_same_work() {
    let mut world = World::start().await;
    world.account("known@example.org").await;
    for email in ["known@example.org", "knowm@example.org"] {
        let (server, client) = (&world.server, client());
        let begin = server.passwords.hashed();
        assert!(world.log_in(email, "wrong password").await.is_err());
        assert_eq!(server.passwords.hashed(), begin + 1, "a log-in");
        world.register(email, "four brown ducks").await;
        assert_eq!(server.passwords.hashed(), begin + 2, "a registration");
        let ask = to_json(&json!({"email": email, "language": "en"}));
        account::activation_again(server, &client, &ask)
            .await
            .unwrap();
        account::recover(server, &client, &ask).await.unwrap();
        assert_eq!(
            server.passwords.hashed(),
            begin + 2,
            "a mail again, a recovery"
        );
    }
}
