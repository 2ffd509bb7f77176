use floater_proto::body::{self, JSON};
use floater_proto::{EncodeError, Method, Resource, Status, encode, field};
use serde::Serialize;

/// A request that is to be made. It has no `Debug`: its body may hold a password.
pub(crate) struct Request {
    method: Method,
    resource: Resource,
    content_type: &'static str,
    body: Vec<u8>,
    extra: Vec<(&'static str, String)>,
}

impl Request {
    /// `GET`, without a body.
    pub(crate) const fn get(resource: Resource) -> Self {
        Self {
            method: Method::Get,
            resource,
            content_type: JSON,
            body: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// `GET` that says more than the name of what it asks for.
    pub(crate) fn ask<T: Serialize>(resource: Resource, body: &T) -> Self {
        let body = body::to_json(body);
        Self {
            body,
            ..Self::get(resource)
        }
    }

    /// `POST` of a control message.
    pub(crate) fn post<T: Serialize>(resource: Resource, body: &T) -> Self {
        Self::post_bytes(resource, JSON, body::to_json(body))
    }

    /// `POST` of nothing but its name.
    pub(crate) const fn bare(resource: Resource) -> Self {
        Self::post_bytes(resource, JSON, Vec::new())
    }

    /// `POST` of bytes.
    pub(crate) const fn post_bytes(
        resource: Resource,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Self {
        Self {
            method: Method::Post,
            resource,
            content_type,
            body,
            extra: Vec::new(),
        }
    }

    /// Adds a field.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.extra.push((name, value));
        self
    }

    /// The bytes; with an id, and then with `User-Agent`, if an answer is wanted.
    pub(crate) fn encode(&self, id: Option<u64>, agent: &str) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        let mut head = encode::request(&mut out, self.method, self.resource);
        if let Some(id) = id {
            head = head.request_id(id).field(field::USER_AGENT, agent);
        }
        if !self.body.is_empty() {
            head = head.content_type(self.content_type);
        }
        for (name, value) in &self.extra {
            head = head.field(name, value);
        }
        head.finish(&self.body)?;
        Ok(out)
    }
}

/// An empty answer.
pub(crate) fn answer(id: u64, status: Status) -> Vec<u8> {
    let mut out = Vec::new();
    // A number and a status always fit.
    let _ = encode::response(&mut out, status)
        .request_id(id)
        .finish(&[]);
    out
}
