//! Strangers who meet.

use crate::people::Person;
use crate::raw::{Door, Raw};
use floater_proto::body::{Accept, Policy, Proposal, PublicKeys, from_json, to_json};
use floater_proto::{Binary, Resource, Role, Start};
use floater_trial::Outcome;
use futures_util::{StreamExt, TryStreamExt, stream};

/// Both sides of pairs.
pub(crate) type Links = Vec<(Role, Raw)>;

/// Dialled, or met, at the same time.
const AT_ONCE: usize = 100;
/// A point of order, so that the server takes the key.
const POINT: [u8; 32] = {
    let mut point = [0x66; 32];
    point[0] = 0x58;
    point
};

/// Links of all of these, who met each other.
pub(crate) async fn matched(door: &Door, people: &[Person]) -> Outcome<Links> {
    let people = people.iter();
    let links: Vec<Raw> = stream::iter(people.map(|person| person.link(door)))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let all = links.len();
    let meeting = links.into_iter().map(|mut link| async {
        let role = meet(&mut link).await?;
        Ok((role, link))
    });
    stream::iter(meeting)
        .buffer_unordered(all)
        .try_collect()
        .await
}

enum Told {
    Proposal(Proposal),
    Matched,
}

/// Seeks until somebody is met.
pub(crate) async fn meet(link: &mut Raw) -> Outcome<Role> {
    link.post(Resource::Seek, b"{}").await?;
    be_met(link).await
}

/// Waits until somebody comes, whoever seeks already.
pub(crate) async fn be_met(link: &mut Raw) -> Outcome<Role> {
    let mut role = Role::A;
    loop {
        let told = link.hear(|message| match message.start {
            Start::Request {
                resource: "/match/proposal",
                ..
            } => from_json(message.body).ok().map(Told::Proposal),
            Start::Request {
                resource: "/match", ..
            } => Some(Told::Matched),
            _ => None,
        });
        match told.await? {
            Told::Proposal(proposal) => {
                role = proposal.role;
                link.post(Resource::MatchAccept, &to_json(&accept(&proposal)))
                    .await?;
            }
            Told::Matched => return Ok(role),
        }
    }
}

fn accept(proposal: &Proposal) -> Accept {
    Accept {
        r#match: proposal.r#match,
        keys: PublicKeys {
            x25519: Binary([9; 32]),
            ed25519: Binary(POINT),
            ek: (proposal.role == Role::B).then(|| Box::new(Binary([0; 1184]))),
            policy: Policy::Hidden,
        },
    }
}
