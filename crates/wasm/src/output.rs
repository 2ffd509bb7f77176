//! What is to be done, as plain objects of JavaScript.

use floater_core::{Closing, Event, LinkId, Output};
use js_sys::{JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

/// One output: an object whose `to` says what is to be done. The page finds no direct paths, and its
/// engine wants none.
pub(crate) fn to_js(output: Output) -> Option<JsValue> {
    let object = match output {
        Output::Dial(link) => link_object("dial", link),
        Output::Send(link, bytes) => send(link, &bytes),
        Output::Close(link, closing) => close(link, closing),
        Output::Cookie(code) => secret("cookie", code.as_ref().map(|it| it.expose().as_str())),
        Output::Token(token) => secret("token", token.as_ref().map(|it| it.expose().as_str())),
        Output::Wake(at) => wake(at),
        Output::Direct(_) => return None,
        Output::Event(event) => shown(&event),
    };
    Some(object.into())
}

fn send(link: LinkId, bytes: &[u8]) -> Object {
    let object = link_object("send", link);
    set(&object, "bytes", Uint8Array::from(bytes));
    object
}

fn close(link: LinkId, closing: Closing) -> Object {
    let object = link_object("close", link);
    set(&object, "goodbye", closing == Closing::Goodbye);
    object
}

fn secret(to: &str, secret: Option<&str>) -> Object {
    let object = object(to);
    set(
        &object,
        "secret",
        secret.map_or(JsValue::NULL, JsValue::from_str),
    );
    object
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since a page was opened are few"
)]
fn wake(at: u64) -> Object {
    let object = object("wake");
    set(&object, "at", at as f64);
    object
}

fn shown(event: &Event) -> Object {
    let object = object("event");
    let json = serde_json::to_string(event).unwrap_or_default();
    set(
        &object,
        "event",
        JSON::parse(&json).unwrap_or(JsValue::NULL),
    );
    if let Event::PictureOpened { bytes, .. } = event {
        set(&object, "bytes", Uint8Array::from(&bytes[..]));
    }
    object
}

fn link_object(to: &str, link: LinkId) -> Object {
    let object = object(to);
    set(&object, "link", link.0);
    object
}

fn object(to: &str) -> Object {
    let object = Object::new();
    set(&object, "to", to);
    object
}

/// Setting a field of one's own plain object cannot fail.
fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &JsValue::from_str(name), &value.into());
}
