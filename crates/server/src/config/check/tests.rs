use super::super::{Config, SHIPPED};
use expect_test::{Expect, expect};

fn told(text: &str) -> String {
    Config::parse(text).map_or_else(|error| error.to_string(), |_| "fine".to_owned())
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&told(text));
}

#[test]
fn the_shipped_file_is_the_default() {
    assert_eq!(Config::parse(SHIPPED).unwrap(), Config::default());
}

#[test]
fn the_shipped_file_names_every_rate() {
    let table: toml::Table = SHIPPED.parse().unwrap();
    let rates = table.get("rates").and_then(toml::Value::as_table).unwrap();
    assert_eq!(rates.len(), Config::default().rates.all().len());
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    check(
        "[http]\nlisten_on = \"127.0.0.1:1\"\n",
        expect![[r#"
            TOML parse error at line 2, column 1
              |
            2 | listen_on = "127.0.0.1:1"
              | ^^^^^^^^^
            unknown field `listen_on`, expected one of `listen`, `public_url`, `origins`, `behind_proxy`, `trusted_proxies`
        "#]],
    );
}

/// A file, and all that is said of it.
#[rustfmt::skip]
const WRONG: &[(&str, &str)] = &[
    ("[http]\nlisten = \"0.0.0.0:80\"",
     "[http] listen = 0.0.0.0:80: plain HTTP is only for loopback; set [tls], or behind_proxy with trusted_proxies"),
    ("[http]\nbehind_proxy = true\npublic_url = \"https://floater.example\"",
     "[http] behind_proxy needs trusted_proxies: whose X-Forwarded-For is to be believed?"),
    ("[http]\ntrusted_proxies = [\"127.0.0.1/32\"]",
     "[http] trusted_proxies without behind_proxy = true"),
    ("[http]\nbehind_proxy = true\npublic_url = \"https://floater.example\"\ntrusted_proxies = [\"0.0.0.0/0\"]",
     "[http] trusted_proxies: 0.0.0.0/0 is everybody; name the proxy"),
    ("[http]\nbehind_proxy = true\ntrusted_proxies = [\"127.0.0.1/32\"]",
     "[http] public_url must begin with https:// when clients speak TLS"),
    ("[http]\npublic_url = \"https://floater.example\"",
     "[http] public_url begins with https://, but neither [tls] nor behind_proxy is set"),
    ("[native]\nlisten = \"0.0.0.0:7576\"",
     "[native] listen = 0.0.0.0:7576: without [tls] this door opens on loopback only"),
    ("[native]\nenabled = false\ntrusted_proxies = [\"127.0.0.1/32\"]",
     "[native] trusted_proxies without enabled = true"),
    ("[native]\ntrusted_proxies = [\"::/0\"]",
     "[native] trusted_proxies: ::/0 is everybody; name the proxy"),
    ("[native]\nlisten = \"127.0.0.1:7575\"",
     "[native] listen = 127.0.0.1:7575: [http] listens there already"),
    ("[direct]\nlisten = [\"0.0.0.0:0\"]",
     "[direct] listen: port 0 is another one each time, which no firewall lets through; name two"),
    ("[direct]\nlisten = [\"0.0.0.0:7578\", \"0.0.0.0:0\"]",
     "[direct] listen: port 0 is another one each time, which no firewall lets through; name two"),
    ("[direct]\nlisten = []",
     "[direct] listen must name two ports: one alone does not tell what a NAT does; or set enabled = false"),
    ("[direct]\nlisten = [\"0.0.0.0:7578\"]",
     "[direct] listen must name two ports: one alone does not tell what a NAT does; or set enabled = false"),
    ("[direct]\nlisten = [\"192.0.2.1:7578\", \"192.0.2.2:7578\"]",
     "[direct] listen must name two ports: one alone does not tell what a NAT does; or set enabled = false"),
    ("[direct]\nlisten = [\"0.0.0.0:7578\", \"0.0.0.0:7579\", \"0.0.0.0:7578\"]",
     "[direct] listen = 0.0.0.0:7578: [direct] listens there already"),
    ("[direct]\nlisten = [\"127.0.0.1:7576\", \"127.0.0.1:7579\"]",
     "[direct] listen = 127.0.0.1:7576: [native] listens there already"),
    ("[direct]\nadvertise = [\"0.0.0.0:7578\", \"198.51.100.7:0\", \"198.51.100.7:7578\"]",
     "[direct] advertise: 0.0.0.0:7578 is nothing that a client could dial\n[direct] advertise: 198.51.100.7:0 is nothing that a client could dial"),
    ("[admin]\nlisten = \"127.0.0.1:7576\"",
     "[admin] listen = 127.0.0.1:7576: [native] listens there already"),
    ("[admin]\nlisten = \"192.0.2.1:7577\"",
     "[admin] listen must be a loopback address: /metrics asks nobody who they are"),
    ("[tls]\nkey = \"Cargo.toml\"",
     "[tls] certificate and key are set together or not at all"),
    ("[http]\npublic_url = \"https://floater.example\"\n[tls]\ncertificate = \"/none/cert.pem\"\nkey = \"/none/key.pem\"",
     "[tls] no such file: /none/cert.pem\n[tls] no such file: /none/key.pem"),
    ("[mail]\nfrom = \"floater\"",
     "[mail] from: `floater` must look like FLOATER <floater@example.org>"),
    ("[mail]\nhost = \"mail.example.org\"\nport = 0",
     "[mail] port must be from 1 to 65535"),
    ("[mail]\nhost = \"mail.example.org\"\nsecurity = \"none\"",
     "[mail] security = \"none\" is only for a mail server on this machine"),
    ("[mail]\nhost = \"mail.example.org\"\nusername = \"floater\"",
     "[mail] username and password_file are set together or not at all"),
    ("[mail]\nhost = \"mail.example.org\"\nusername = \"floater\"\npassword_file = \"/none/password\"",
     "[mail] no such file: /none/password"),
    ("[mail]\nhost = \"mail.example.org\"\nextra_roots = \"/none/roots.pem\"",
     "[mail] no such file: /none/roots.pem"),
    ("[mail]\ntimeout_seconds = 0",
     "[mail] timeout_seconds and retry_seconds must be at least 1"),
    ("[accounts]\nhashing_queue = 0",
     "[accounts] hashing_queue must be at least 1"),
    ("[links]\nopen = 0\nopen_by_address = 0\nrequests_at_once = 0\nrequests_per_second = 0\nlog_in_seconds = 0",
     "[links] open must be at least 1\n[links] open_by_address must be at least 1\n[links] requests_at_once must be at least 1\n[links] requests_per_second must be at least 1\n[links] log_in_seconds must be at least 1"),
    ("[log]\nfilter = \"loud=very\"",
     "[log] filter: `loud=very` is no level and no filter such as info,floater_server=debug"),
];

#[test]
fn each_wrong_value_is_told_in_words() {
    for (text, expected) in WRONG {
        assert_eq!(told(text), *expected, "{text}");
    }
}

#[test]
fn reflectors_are_looked_at_only_where_there_are_some() {
    for text in [
        "[direct]\nenabled = false\nlisten = []",
        "[direct]\nenabled = false\nlisten = [\"127.0.0.1:7575\"]",
        "[direct]\nlisten = [\"0.0.0.0:7578\", \"0.0.0.0:7579\", \"[::1]:7578\", \"[::1]:7579\"]",
    ] {
        assert_eq!(told(text), "fine", "{text}");
    }
}

/// What is of the wrong type is told with its line.
#[test]
fn each_value_of_another_type_is_told_with_its_line() {
    for (text, expected) in [
        ("[http]\nlisten = \"7575\"", "invalid socket address syntax"),
        (
            "[http]\nlisten = 7575",
            "invalid type: integer `7575`, expected socket address",
        ),
        (
            "[http]\ntrusted_proxies = [\"10.0.0.0/33\"]",
            "invalid IP address syntax",
        ),
        (
            "[mail]\nsecurity = \"ssl\"",
            "unknown variant `ssl`, expected one of `starttls`, `tls`, `none`",
        ),
        (
            "[mail]\nport = 70000",
            "invalid value: integer `70000`, expected u16",
        ),
        (
            "[links]\nopen = -1",
            "invalid value: integer `-1`, expected usize",
        ),
        ("[links]\nspans = 1", "unknown field `spans`"),
        (
            "[rates]\nlogin_by_email = { burst = 0, per_hour = 1 }",
            "invalid value: integer `0`, expected a nonzero u32",
        ),
        (
            "[rates]\nlogin_by_email = 7",
            "invalid type: integer `7`, expected struct Rate",
        ),
        (
            "[rates]\nlogins = { burst = 1, per_hour = 1 }",
            "unknown field `logins`",
        ),
        ("[htp]\n", "unknown field `htp`"),
        ("[http]\n[http]\n", "duplicate key"),
        ("[http\n", "TOML parse error at line 1"),
    ] {
        let told = told(text);
        assert!(
            told.starts_with("TOML parse error at line ") && told.contains(expected),
            "{text}: {told}"
        );
    }
}

#[test]
fn an_origin_is_what_browsers_write() {
    for origin in [
        "http://127.0.0.1:7575",
        "http://[::1]:7575",
        "http://localhost",
    ] {
        assert_eq!(told(&format!("[http]\npublic_url = \"{origin}\"")), "fine");
    }
    for wrong in [
        "",
        "floater.example",
        "ftp://floater.example",
        "http://",
        "http://x/",
        "http://x/path",
        "http://x?y",
        "http://x#y",
        "http://me@x",
        "http://X.example",
        "http://x:80",
        "http://x:0",
        "http://x:99999",
        "http://x:",
        "http://你好.example",
        "http://a b",
    ] {
        let told = told(&format!("[http]\npublic_url = \"{wrong}\""));
        assert!(
            told.contains("must be an origin as browsers write it"),
            "{wrong}: {told}"
        );
    }
}
