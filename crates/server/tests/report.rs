//! Reports and blocks: only what the two really said is taken, by a ticket of one's own.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use floater_evidence::{Signer, Statement};
use floater_proto::body::{
    Fault, PictureKind, PictureOffer, Problem, SignedMessage, from_json, to_json,
};
use floater_proto::{Binary, Id, MessageRef, Role, Status};
use floater_server::config::{Config, Rate};
use floater_server::moderation::{Piece, block, blocks, end_block, report, report_picture};
use floater_server::secrets::Secrets;
use floater_server::state::Parts;
use floater_server::store::{MailRecord, MailWanted, SqliteStore};
use floater_server::{Client, InSession, LobbyAsk, OpenedTicket, Server};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;

const MATCH: Id = Binary([9; 16]);

/// A server whose lobby knows one ticket: `good`, of somebody who talked as A with account 77.
struct Desk {
    server: Arc<Server>,
    client: Client,
    peer: Signer,
    own: Signer,
    _data: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        Self::with(Config::default()).await
    }

    async fn with(config: Config) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(data.path()).await.unwrap());
        let account = account(&store).await;
        let parts = Parts {
            config,
            store,
            secrets: Secrets::open(data.path()).unwrap(),
        };
        let (server, mut asks) = Server::new(parts);
        let (own, peer) = (Signer::from_seed([1; 32]), Signer::from_seed([2; 32]));
        let ticket = OpenedTicket {
            match_id: MATCH,
            role: Role::A,
            peer: 77,
            own_key: own.public(),
            peer_key: peer.public(),
        };
        tokio::spawn(async move {
            while let Some(ask) = asks.recv().await {
                if let LobbyAsk::OpenTicket {
                    ticket: text,
                    answer,
                    ..
                } = ask
                {
                    let foreign = Problem::new(Fault::TicketForeign, "of another account");
                    let good = text.expose() == "good";
                    // Who asked may be gone.
                    answer
                        .send(if good { Ok(ticket) } else { Err(foreign) })
                        .ok();
                }
            }
        });
        let mut client = Client::new([127, 0, 0, 1].into(), None);
        client.session = Some(InSession {
            session: Binary([3; 16]),
            account,
        });
        Self {
            server,
            client,
            peer,
            own,
            _data: data,
        }
    }

    async fn report(&self, messages: &[SignedMessage]) -> Result<usize, Problem> {
        let body = json!({"id": Binary([5_u8; 16]), "ticket": "good", "offence": "abuse",
            "note": "he said it", "messages": messages});
        let reply = report(&self.server, &self.client, &to_json(&body)).await?;
        let kept: serde_json::Value = from_json(&reply.body).unwrap();
        Ok(usize::try_from(
            kept.get("messages")
                .and_then(serde_json::Value::as_u64)
                .unwrap(),
        )
        .unwrap())
    }

    async fn piece(&self, at: usize, total: usize, bytes: &[u8]) -> Result<Status, Problem> {
        let range = format!("bytes {at}-{}/{total}", at + bytes.len() - 1);
        let piece = Piece {
            report: Binary([5; 16]),
            referrer: Some("/message/B/2"),
            content_range: Some(&range),
        };
        Ok(report_picture(&self.server, &self.client, piece, bytes)
            .await?
            .status)
    }
}

async fn account(store: &SqliteStore) -> u64 {
    use floater_server::store::{Accounts, Outbox};
    let email = floater_proto::Email::new("ming@example.org").unwrap();
    let mail = MailRecord {
        id: Binary([4; 16]),
        wanted: MailWanted::Register,
        email: email.clone(),
        language: floater_proto::body::Language::English,
        username: Some(floater_proto::Username::new("小明").unwrap()),
        password: vec![1],
        secret: Binary([0; 32]),
        created: 1,
        tries: 0,
    };
    store.put_mail(&mail).await.unwrap();
    store.decide_mail(&mail, 1).await.unwrap();
    store.account_by_email(&email).await.unwrap().unwrap().id
}

fn signed(signer: &Signer, by: Role, number: u64, resource: &str, body: &str) -> SignedMessage {
    let content_type = if resource == "/text" {
        "text/plain; charset=utf-8"
    } else {
        "application/json"
    };
    let statement = Statement {
        match_id: &MATCH,
        role: by,
        number,
        seen: 0,
        resource,
        content_type,
        referrer: None,
        body: body.as_bytes(),
    };
    let proof = signer.sign(&statement, [8; 32]);
    SignedMessage {
        of: MessageRef { by, number },
        seen: 0,
        resource: resource.to_owned(),
        content_type: content_type.to_owned(),
        referrer: None,
        body: body.to_owned(),
        key: proof.key,
        signature: proof.signature,
    }
}

#[tokio::test]
async fn p27_what_was_said_is_kept_and_what_was_not_is_refused() {
    let desk = Desk::open().await;
    let said = signed(&desk.peer, Role::B, 1, "/text", "a threat");
    let own = signed(&desk.own, Role::A, 1, "/text", "please stop");
    assert_eq!(desk.report(&[said.clone(), own]).await.unwrap(), 2);
    assert_eq!(
        desk.report(std::slice::from_ref(&said)).await.unwrap(),
        2,
        "the same again adds nothing"
    );
    let forgeries = [
        SignedMessage {
            body: "another threat".to_owned(),
            ..said.clone()
        },
        SignedMessage {
            seen: 7,
            ..said.clone()
        },
        SignedMessage {
            of: MessageRef {
                by: Role::A,
                number: 1,
            },
            ..said.clone()
        },
        SignedMessage {
            of: MessageRef {
                by: Role::B,
                number: 2,
            },
            ..said.clone()
        },
        SignedMessage {
            resource: "/picture".to_owned(),
            ..said.clone()
        },
        SignedMessage {
            content_type: "application/json".to_owned(),
            ..said.clone()
        },
        SignedMessage {
            referrer: Some("/message/A/1".to_owned()),
            ..said.clone()
        },
        SignedMessage {
            key: Binary([0; 32]),
            ..said.clone()
        },
        SignedMessage {
            signature: Binary([0; 64]),
            ..said.clone()
        },
        signed(&desk.own, Role::B, 3, "/text", "signed by the reporter"),
    ];
    for forged in forgeries {
        let problem = desk.report(&[said.clone(), forged]).await.unwrap_err();
        assert_eq!(problem.error, Fault::NotProved);
    }
    let case = desk
        .server
        .store
        .case(Binary([5; 16]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((case.reported, case.messages.len()), (77, 2));
}

#[tokio::test]
async fn a_foreign_ticket_reports_and_blocks_nobody() {
    let desk = Desk::open().await;
    let body = to_json(&json!({"id": Binary([5_u8; 16]), "ticket": "stolen", "offence": "spam"}));
    let problem = report(&desk.server, &desk.client, &body).await.unwrap_err();
    assert_eq!(problem.error, Fault::TicketForeign);
    let body = to_json(&json!({"ticket": "stolen", "name": "小红"}));
    let problem = block(&desk.server, &desk.client, &body).await.unwrap_err();
    assert_eq!(problem.error, Fault::TicketForeign);
    assert!(desk.server.store.cases(false).await.unwrap().is_empty());
}

#[tokio::test]
async fn pieces_of_pictures_are_bounded_for_everybody_together() {
    let mut config = Config::default();
    config.rates.piece_globally = Rate::new(1, 1);
    let mut desk = Desk::with(config).await;
    let asked = async |desk: &Desk| desk.piece(0, 1, b"x").await.unwrap_err().error;
    assert_eq!(asked(&desk).await, Fault::NoPicture);
    let own = desk.client.session.unwrap();
    desk.client.session = Some(InSession {
        account: own.account ^ 1,
        ..own
    });
    assert_eq!(asked(&desk).await, Fault::TooMany);
}

#[tokio::test]
async fn a_reported_picture_comes_in_pieces_and_counts_only_with_the_signed_hash() {
    let desk = Desk::open().await;
    let picture: Vec<u8> = (0..50_000_u32)
        .flat_map(u32::to_be_bytes)
        .take(50_000)
        .collect();
    let offer = PictureOffer {
        id: Binary([6; 16]),
        kind: PictureKind::Jpeg,
        size: 50_000,
        width: 10,
        height: 10,
        sha256: Binary(Sha256::digest(&picture).into()),
        thumbhash: String::new(),
        still: false,
    };
    let offer = String::from_utf8(to_json(&offer)).unwrap();
    desk.report(&[signed(&desk.peer, Role::B, 2, "/picture", &offer)])
        .await
        .unwrap();
    let (front, back) = picture.split_at(32_768);
    let wrong = vec![0; back.len()];
    assert_eq!(
        desk.piece(0, 50_000, front).await.unwrap(),
        Status::ACCEPTED
    );
    assert_eq!(
        desk.piece(0, 50_000, front).await.unwrap(),
        Status::ACCEPTED,
        "idempotent"
    );
    let problem = desk.piece(32_768, 50_000, &wrong).await.unwrap_err();
    assert_eq!(problem.error, Fault::NotProved);
    let gap = desk.piece(32_768, 50_000, back).await.unwrap_err();
    assert_eq!(
        gap.error,
        Fault::Invalid,
        "after a wrong hash it begins anew"
    );
    assert_eq!(
        desk.piece(0, 50_000, front).await.unwrap(),
        Status::ACCEPTED
    );
    assert_eq!(
        desk.piece(32_768, 50_000, back).await.unwrap(),
        Status::CREATED
    );
    let other = desk.piece(0, 49_999, front).await.unwrap_err();
    assert_eq!(other.error, Fault::Invalid, "the size is the offer's");
}

#[tokio::test]
async fn a_block_is_listed_once_and_taken_back() {
    let desk = Desk::open().await;
    let body = to_json(&json!({"ticket": "good", "name": "小红"}));
    block(&desk.server, &desk.client, &body).await.unwrap();
    block(&desk.server, &desk.client, &body).await.unwrap();
    let list = blocks(&desk.server, &desk.client, b"").await.unwrap();
    let list: serde_json::Value = from_json(&list.body).unwrap();
    let lines = list["blocks"].as_array().expect("a list");
    assert_eq!(lines.len(), 1);
    let account = desk.client.session.unwrap().account;
    let digests = desk.server.store.block_digests(account).await.unwrap();
    assert_eq!(digests, [desk.server.secrets.block_digest(account, 77)]);
    let end = to_json(&json!({"id": lines.first().unwrap()["id"]}));
    end_block(&desk.server, &desk.client, &end).await.unwrap();
    assert!(
        desk.server
            .store
            .block_digests(account)
            .await
            .unwrap()
            .is_empty()
    );
}
