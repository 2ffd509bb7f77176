//! What links ask, and what they are answered.

use super::*;

type Answered = Result<Reply, Problem>;

impl Server {
    pub(super) fn ask(&mut self, net: &mut Network, socket: SocketId, request: &Request) {
        let answer = match request.resource {
            Resource::Session => self.open(net, socket, &request.body),
            _ => self.seat(net, socket, request),
        };
        // What was decided may be told before the answer or after it; a session's answer comes last.
        let is_quick =
            request.resource != Resource::Session && self.dice.next_u32().is_multiple_of(2);
        if !is_quick {
            self.flush(net);
        }
        let wall = self.moment(net).wall;
        let mut out = Vec::new();
        write::answer(&mut out, wall, request.id, &answer);
        net.write(socket, &out);
        self.flush(net);
    }

    /// A token names the account; everybody has one from the start.
    fn open(&mut self, net: &mut Network, socket: SocketId, body: &[u8]) -> Answered {
        let wanted: OpenSession = from_json(body)?;
        let token = wanted.token.as_ref().map(|it| it.expose().as_str());
        let token = token.ok_or_else(|| Problem::new(Fault::NotLoggedIn, "log in"))?;
        let account: u64 = token.parse().expect("a token of ours");
        let at = self.moment(net);
        let text = wanted.ticket.as_ref();
        let ticket = text.map(|text| self.open_ticket(at, account, wanted.instance, text));
        let ticket = ticket.transpose()?;
        let tombstone = ticket.and_then(|it| self.tombstones.get(&it.match_id).copied());
        let link = self.links.get_mut(&socket).expect("a link");
        link.account = Some(account);
        let session = Binary([account as u8 + 1; 16]);
        let username = Username::new(&self.names[account as usize]).expect("a name");
        let seat = self.lobby.as_mut().expect("a lobby").join(
            at,
            Join {
                link: link.key,
                account: Account(account),
                session,
                instance: wanted.instance,
                username: username.clone(),
                ticket,
                tombstone,
            },
        );
        if let (Some(ticket), Seat::Talking { .. } | Seat::Awaiting) = (ticket, &seat) {
            self.facts.begins(account, ticket.match_id);
        }
        let told = SessionOpened {
            session,
            username,
            token: None,
            cookie_code: None,
            seat,
            reflectors: Some(reflectors(session)),
        };
        Ok(Reply::json(Status::OK, &told))
    }

    fn open_ticket(
        &self,
        at: Moment,
        account: u64,
        instance: Id,
        text: &Secret<String>,
    ) -> Result<Ticket, Problem> {
        let lobby = self.lobby.as_ref().expect("a lobby");
        let ticket = lobby.open_ticket(Account(account), text.expose(), at.wall);
        let ticket = ticket.and_then(|it| match it.instance == InstanceHash::of(&instance) {
            true => Ok(it),
            false => Err(TicketError::Foreign),
        });
        ticket.map_err(|error| Problem::new(Fault::TicketExpired, error.to_string()))
    }

    fn seat(&mut self, net: &mut Network, socket: SocketId, request: &Request) -> Answered {
        let (at, body) = (self.moment(net), request.body.as_slice());
        let (key, account) = (self.links[&socket].key, self.links[&socket].account);
        let account = account.ok_or_else(|| Problem::new(Fault::NotLoggedIn, "log in"))?;
        if request.resource == Resource::Path {
            self.facts.reported.push(account);
        }
        let sights = &self.sights;
        let lobby = self.lobby.as_mut().expect("a lobby");
        match request.resource {
            Resource::Status => {
                let now = lobby.status(at, key, &from_json(body)?)?;
                return Ok(Reply::json(Status::OK, &now));
            }
            Resource::Seek => {
                lobby.seek(at, key, Vec::new())?;
                let status = Status::ACCEPTED;
                let done = Reply::done();
                return Ok(Reply { status, ..done });
            }
            Resource::SeekEnd => lobby.end_seek(at, key)?,
            Resource::MatchAccept => lobby.accept(at, key, from_json(body)?)?,
            Resource::MatchEnd => {
                let end: EndMatch = from_json(body)?;
                let ended = lobby.end(at, key, &end);
                let is_over = |id| self.tombstones.contains_key(&id);
                ended.or_else(|problem| match end.r#match.is_some_and(is_over) {
                    true => Ok(()),
                    false => Err(problem),
                })?;
            }
            Resource::Path => {
                let mut prepared: PreparedPath = from_json(body)?;
                let id = Binary([account as u8 + 1; 16]);
                direct::count_seen(&mut prepared.report, |at| {
                    sights.values().any(|it| it.id == Some(id) && it.from == at)
                })?;
                lobby.prepare(key, prepared)?;
            }
            other => panic!("{other:?} is no part of this world"),
        }
        Ok(Reply::done())
    }
}

fn reflectors(id: Id) -> Reflectors {
    let more = REFLECTOR_PORTS.first();
    let more = more.map(|port| SocketAddr::new(ADDRESSES[1].parse().expect("an address"), *port));
    Reflectors {
        ports: REFLECTOR_PORTS.to_vec(),
        more: more.into_iter().collect(),
        id,
        key: Secret::new(Binary(REFLECT_KEY.0)),
    }
}
