use super::*;

const GREETING: &[u8] =
    "Request-Method: POST\r\nResource: /greeting\r\nRequest-Id: 3\r\nContent-length: 6\r\n\r\n你好"
        .as_bytes();

#[test]
fn reads_a_whole_message_and_says_how_long_it_was() {
    let (message, length) = decode(GREETING, 1024).unwrap().unwrap();
    assert_eq!(length, GREETING.len());
    assert_eq!(
        message.start,
        Start::Request {
            method: Method::Post,
            resource: "/greeting"
        }
    );
    assert_eq!(message.request_id, Some(3));
    assert_eq!(message.body, "你好".as_bytes());
}

#[test]
fn every_cut_of_a_message_asks_for_more() {
    for cut in 0..GREETING.len() {
        assert_eq!(
            decode(&GREETING[..cut], 1024).unwrap().map(|(_, n)| n),
            None,
            "cut at {cut}"
        );
    }
}

#[test]
fn refuses_what_is_not_a_message() {
    let cases: &[(&str, DecodeError)] = &[
        ("Host: x\r\n\r\n", DecodeError::BadStart),
        ("\r\n", DecodeError::BadStart),
        ("Request-Method: PUT\r\n", DecodeError::UnknownMethod),
        ("Version: FLOATER/2.0\r\n", DecodeError::UnknownVersion),
        ("Request-Method: GET\r\n\r\n", DecodeError::NoResource),
        ("Version: FLOATER/1.0\r\n\r\n", DecodeError::BadStatus),
        ("Request-Method:GET\r\n", DecodeError::BadField),
        ("Request-Method : GET\r\n", DecodeError::BadField),
        ("Request-Method:  GET\r\n", DecodeError::BadField),
        ("Request-Method: GET\n", DecodeError::BadByte),
        ("Request-Method: GET\rx", DecodeError::BadByte),
        (
            "Request-Method: GET\r\nResource: /a\r\nresource: /b\r\n",
            DecodeError::Duplicate,
        ),
        (
            "Request-Method: GET\r\nResource: /a\r\nContent-length: 01\r\n\r\n",
            DecodeError::BadNumber,
        ),
        (
            "Request-Method: GET\r\nResource: /a\r\nContent-length: +1\r\n\r\n",
            DecodeError::BadNumber,
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(
            decode(bytes.as_bytes(), 1024).unwrap_err(),
            *error,
            "{bytes:?}"
        );
    }
}
