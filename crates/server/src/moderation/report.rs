use super::open_ticket;
use crate::account::in_session;
use crate::rates::Rate;
use crate::store::ReportRecord;
use crate::{Client, OpenedTicket, Reply, Server, figures};
use floater_proto::body::{Fault, Problem, Report, ReportKept, SignedMessage, from_json};
use floater_proto::{Status, limits};

/// `POST /report`: each message is verified against the keys that the ticket names; kept is what
/// the reporter chose to open, and nothing if one message is forged.
///
/// # Errors
/// The ticket's faults, `not-proved`, `invalid`, `too-many`.
pub async fn report(server: &Server, client: &Client, body: &[u8]) -> Result<Reply, Problem> {
    let wanted: Report = from_json(body)?;
    let own = in_session(client)?;
    server.rates.check(Rate::ReportByAddress, client.address)?;
    server.rates.check(Rate::ReportByAccount, own.account)?;
    server.rates.check(Rate::ReportGlobally, ())?;
    check_bounds(&wanted)?;
    let ticket = open_ticket(server, own.account, wanted.ticket).await?;
    for message in &wanted.messages {
        verify(&ticket, message)?;
    }
    let record = ReportRecord {
        id: wanted.id,
        reporter: own.account,
        reported: ticket.peer,
        match_id: ticket.match_id,
        offence: wanted.offence,
        note: wanted.note,
        messages: wanted.messages,
        created: server.clock.seconds(),
    };
    let kept = server.store.put_report(&record).await?;
    let messages = kept.ok_or_else(|| Problem::invalid("id", "this id is taken: draw another"))?;
    figures::report();
    Ok(Reply::json(Status::CREATED, &ReportKept { messages }))
}

fn check_bounds(report: &Report) -> Result<(), Problem> {
    if report.note.chars().count() > limits::REPORT_NOTE_MAX {
        return Err(Problem::invalid(
            "note",
            "a note has at most 1000 characters",
        ));
    }
    if report.messages.len() > limits::REPORT_MESSAGES_MAX {
        return Err(Problem::invalid(
            "messages",
            "a report has at most 20 messages",
        ));
    }
    Ok(())
}

/// The statement of either side, under the key that this side made for this match.
fn verify(ticket: &OpenedTicket, message: &SignedMessage) -> Result<(), Problem> {
    let key = if message.of.by == ticket.role {
        &ticket.own_key
    } else {
        &ticket.peer_key
    };
    floater_evidence::verify_message(&ticket.match_id, message, key).map_err(|_| {
        let by = char::from(message.of.by.byte());
        let told = format!("message {by}/{} does not hold", message.of.number);
        Problem {
            field: Some("messages".to_owned()),
            ..Problem::new(Fault::NotProved, told)
        }
    })
}
