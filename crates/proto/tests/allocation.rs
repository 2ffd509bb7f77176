//! Reading a message takes nothing from the heap, and an idle link keeps nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use floater_proto::{Decoder, Method, Resource, Start, Status, decode, encode, limits};

/// Counts what this thread takes from the heap; other tests run on other threads.
struct Counting;

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
}

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe by its trait; this one only counts"
)]
// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size().cast_signed());
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -layout.size().cast_signed());
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(taken: usize, held: isize) {
    // A thread that ends has no counters any more.
    let _ = TAKEN.try_with(|t| t.set(t.get() + taken));
    let _ = HELD.try_with(|h| h.set(h.get() + held));
}

fn messages() -> Vec<u8> {
    let mut bytes = Vec::new();
    encode::request(&mut bytes, Method::Post, Resource::Text)
        .request_id(7)
        .content_type("text/plain; charset=utf-8")
        .field("Message-Number", "1")
        .finish("你好".as_bytes())
        .unwrap();
    encode::response(&mut bytes, Status::OK)
        .request_id(7)
        .finish(&[])
        .unwrap();
    bytes
}

#[test]
fn p20_decoding_allocates_nothing() {
    let bytes = messages();
    let before = TAKEN.get();
    let (first, length) = decode(&bytes, limits::MESSAGE_MAX).unwrap().unwrap();
    let (second, _) = decode(&bytes[length..], limits::MESSAGE_MAX)
        .unwrap()
        .unwrap();
    let asked = match first.start {
        Start::Request { resource, .. } => Resource::parse(resource),
        Start::Response { .. } => None,
    };
    let number = first.head.number("message-number").unwrap();
    let kind = first.content_type();
    let cut = decode(&bytes[..length - 1], limits::MESSAGE_MAX)
        .unwrap()
        .is_none();
    let refused = decode(b"Request-Method: PUT\r\n", limits::MESSAGE_MAX).is_err();
    let picture = Resource::parse("/picture/AAAAAAAAAAAAAAAAAAAAAA");
    let after = TAKEN.get();

    assert_eq!(after - before, 0);
    assert_eq!(asked, Some(Resource::Text));
    assert_eq!(number, Some(1));
    assert_eq!(kind, Some("text/plain; charset=utf-8"));
    assert_eq!(second.start, Start::Response { status: Status::OK });
    assert!(cut && refused && picture.is_some());
}

#[test]
fn p20_the_counter_counts() {
    let before = TAKEN.get();
    let taken = std::hint::black_box(vec![1_u8; 100]);
    assert_eq!(TAKEN.get() - before, 1);
    drop(taken);
}

#[test]
fn a_large_message_leaves_no_memory_on_an_idle_link() {
    let mut big = Vec::new();
    let body = vec![0; 40 * 1024];
    encode::request(&mut big, Method::Post, Resource::Relay)
        .finish(&body)
        .unwrap();
    let before = HELD.get();
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    for piece in big.chunks(1000) {
        decoder.push(piece).unwrap();
        while decoder.next().unwrap().is_some() {}
    }
    assert_eq!(HELD.get() - before, 0);

    // A little of the next message does not hold what the large one took.
    decoder.push(&big).unwrap();
    decoder.push(&big[..10]).unwrap();
    while decoder.next().unwrap().is_some() {}
    decoder.push(&big[10..20]).unwrap();
    assert!(HELD.get() - before <= 4096, "{}", HELD.get() - before);
}

#[test]
fn a_claimed_length_reserves_nothing() {
    let head = b"Request-Method: POST\r\nResource: /relay\r\nContent-length: 40000\r\n\r\n";
    let before = HELD.get();
    let mut decoder = Decoder::new(limits::MESSAGE_MAX);
    decoder.push(head).unwrap();
    assert!(decoder.next().unwrap().is_none());
    assert!(HELD.get() - before <= 128, "{}", HELD.get() - before);
    assert!(!decoder.is_inside_head());
}
