use super::{Config, ConfigError, MailSecurity};

impl Config {
    /// Everything that can be wrong, at once, before a listener opens.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut wrong = Vec::new();
        self.check_http(&mut wrong);
        self.check_native(&mut wrong);
        self.check_tls(&mut wrong);
        self.check_mail(&mut wrong);
        if self.admin.enabled && !self.admin.listen.ip().is_loopback() {
            wrong.push(
                "[admin] listen must be a loopback address: /metrics asks nobody who they are"
                    .to_owned(),
            );
        }
        if self.accounts.hashing_threads == 0 {
            wrong.push("[accounts] hashing_threads must be at least 1".to_owned());
        }
        if self.links.open == 0 || self.links.open_by_address == 0 {
            wrong.push("[links] open and open_by_address must be at least 1".to_owned());
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(ConfigError::Refused(wrong))
        }
    }

    fn check_http(&self, wrong: &mut Vec<String>) {
        let http = &self.http;
        let safe = http.listen.ip().is_loopback() || self.tls.is_set();
        if http.behind_proxy && http.trusted_proxies.is_empty() {
            wrong.push("[http] behind_proxy needs trusted_proxies: whose X-Forwarded-For is to be believed?".to_owned());
        }
        if !http.behind_proxy && !http.trusted_proxies.is_empty() {
            wrong.push("[http] trusted_proxies without behind_proxy = true".to_owned());
        }
        if !safe && !http.behind_proxy {
            wrong.push(format!(
                "[http] listen = {}: plain HTTP is only for loopback; set [tls], or behind_proxy with trusted_proxies",
                http.listen
            ));
        }
        for (key, url) in std::iter::once(("public_url", &http.public_url))
            .chain(http.origins.iter().map(|origin| ("origins", origin)))
        {
            if !is_origin(url) {
                wrong.push(format!(
                    "[http] {key}: `{url}` must be an origin such as https://floater.example, without a path"
                ));
            }
        }
        let public_tls = http.public_url.starts_with("https://");
        let encrypted = self.tls.is_set() || http.behind_proxy;
        if encrypted && !public_tls {
            wrong.push(
                "[http] public_url must begin with https:// when clients speak TLS".to_owned(),
            );
        }
        if !encrypted && public_tls {
            wrong.push(
                "[http] public_url begins with https://, but neither [tls] nor behind_proxy is set"
                    .to_owned(),
            );
        }
    }

    fn check_native(&self, wrong: &mut Vec<String>) {
        let native = &self.native;
        if native.enabled && !native.listen.ip().is_loopback() && !self.tls.is_set() {
            wrong.push(format!(
                "[native] listen = {}: without [tls] this door opens on loopback only",
                native.listen
            ));
        }
    }

    fn check_tls(&self, wrong: &mut Vec<String>) {
        let key_set = !self.tls.key.as_os_str().is_empty();
        if self.tls.is_set() != key_set {
            wrong.push("[tls] certificate and key are set together or not at all".to_owned());
        }
        for path in [&self.tls.certificate, &self.tls.key] {
            if !path.as_os_str().is_empty() && !path.is_file() {
                wrong.push(format!("[tls] no such file: {}", path.display()));
            }
        }
    }

    fn check_mail(&self, wrong: &mut Vec<String>) {
        let mail = &self.mail;
        if !crate::mail::is_sender(&mail.from) {
            wrong.push(format!(
                "[mail] from: `{}` must look like FLOATER <floater@example.org>",
                mail.from
            ));
        }
        if mail.host.is_empty() {
            return;
        }
        let local = matches!(mail.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if mail.security == MailSecurity::None && !local {
            wrong.push(
                "[mail] security = \"none\" is only for a mail server on this machine".to_owned(),
            );
        }
        let password = !mail.password_file.as_os_str().is_empty();
        if password && !mail.password_file.is_file() {
            wrong.push(format!(
                "[mail] no such file: {}",
                mail.password_file.display()
            ));
        }
        if password == mail.username.is_empty() {
            wrong.push(
                "[mail] username and password_file are set together or not at all".to_owned(),
            );
        }
        if mail.timeout_seconds == 0 || mail.retry_seconds == 0 {
            wrong.push("[mail] timeout_seconds and retry_seconds must be at least 1".to_owned());
        }
    }
}

/// `scheme://host[:port]`, nothing behind.
fn is_origin(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        !host.is_empty() && host.chars().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Config, SHIPPED};
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let error =
            Config::parse(text).map_or_else(|error| error.to_string(), |_| "fine".to_owned());
        expected.assert_eq(&error);
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

    #[test]
    fn plain_http_stays_on_loopback() {
        check(
            "[http]\nlisten = \"0.0.0.0:80\"\n",
            expect![
                "[http] listen = 0.0.0.0:80: plain HTTP is only for loopback; set [tls], or behind_proxy with trusted_proxies"
            ],
        );
    }

    #[test]
    fn a_proxy_must_be_named() {
        check(
            "[http]\nbehind_proxy = true\npublic_url = \"https://floater.example\"\n",
            expect![
                "[http] behind_proxy needs trusted_proxies: whose X-Forwarded-For is to be believed?"
            ],
        );
    }

    #[test]
    fn a_public_url_has_no_path() {
        check(
            "[http]\npublic_url = \"http://127.0.0.1:7575/\"\n",
            expect![
                "[http] public_url: `http://127.0.0.1:7575/` must be an origin such as https://floater.example, without a path"
            ],
        );
    }

    #[test]
    fn plain_smtp_stays_on_this_machine() {
        check(
            "[mail]\nhost = \"mail.example.org\"\nsecurity = \"none\"\n",
            expect!["[mail] security = \"none\" is only for a mail server on this machine"],
        );
    }
}
