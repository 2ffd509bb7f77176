use crate::secrets::Secrets;
use crate::store::{Letter, MailRecord};
use floater_proto::Secret;
use floater_proto::body::Language;

/// A mail in words: subject, plain text, the same as HTML.
#[derive(Debug, Clone)]
pub struct Written {
    /// Of the mail.
    pub subject: &'static str,
    /// The plain text.
    pub text: Secret<String>,
    /// The HTML.
    pub html: Secret<String>,
    /// The code, if the letter has one.
    pub code: Option<Secret<String>>,
}

/// What a letter says in one language.
struct Words {
    subject: &'static str,
    before: &'static str,
    press: &'static str,
    after: &'static str,
}

impl Written {
    /// Writes a letter; nothing if none is to be sent.
    #[must_use]
    pub fn new(
        letter: Letter,
        mail: &MailRecord,
        secrets: &Secrets,
        public_url: &str,
    ) -> Option<Self> {
        let (words, page) = words(letter, mail.language)?;
        let Some(page) = page else {
            return Some(plain(&words));
        };
        let code = secrets.mail_code(mail.id);
        let token = secrets.mail_token(mail.id);
        let link = format!("{public_url}/#/{page}/{}", token.expose());
        Some(with_code(&words, code, &link))
    }
}

fn plain(words: &Words) -> Written {
    let text = format!("{}\n\n{}\n", words.before, words.after);
    let html = page(&format!("<p>{}</p><p>{}</p>", words.before, words.after));
    let (text, html) = (Secret::new(text), Secret::new(html));
    Written {
        subject: words.subject,
        text,
        html,
        code: None,
    }
}

fn with_code(words: &Words, code: Secret<String>, link: &str) -> Written {
    let (front, back) = code
        .expose()
        .split_at_checked(4)
        .unwrap_or((code.expose(), ""));
    let shown = format!("{front} {back}");
    let text = format!(
        "{}\n\n    {shown}\n\n{}\n{link}\n\n{}\n",
        words.before, words.press, words.after
    );
    let html = page(&format!(
        "<p>{}</p><p style=\"font:600 28px monospace;letter-spacing:2px\">{shown}</p>\
         <p>{}<br><a href=\"{link}\">{link}</a></p><p style=\"color:#666\">{}</p>",
        words.before, words.press, words.after
    ));
    let (text, html) = (Secret::new(text), Secret::new(html));
    Written {
        subject: words.subject,
        text,
        html,
        code: Some(code),
    }
}

fn page(content: &str) -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>FLOATER</title></head>\
         <body style=\"font-family:sans-serif;line-height:1.7;max-width:32em\">{content}</body></html>"
    )
}

/// What is said, and the page that the link opens.
fn words(letter: Letter, language: Language) -> Option<(Words, Option<&'static str>)> {
    let chinese = language == Language::Chinese;
    let page = match letter {
        Letter::Activation => Some("activate"),
        Letter::Recovery => Some("recover"),
        _ => None,
    };
    let words = match letter {
        Letter::Activation => activation(chinese),
        Letter::Recovery => recovery(chinese),
        Letter::AlreadyRegistered => already_registered(chinese),
        Letter::PasswordChanged => password_changed(chinese),
        Letter::Nothing => return None,
    };
    Some((words, page))
}

fn activation(chinese: bool) -> Words {
    if chinese {
        return Words {
            subject: "FLOATER 激活码",
            before: "欢迎。这是你的激活码:",
            press: "或者在注册时用的浏览器里打开:",
            after: "三天内有效。如果不是你注册的,忽略这封邮件即可。",
        };
    }
    Words {
        subject: "Your FLOATER activation code",
        before: "Welcome. This is your activation code:",
        press: "Or open this in the browser that you registered with:",
        after: "It is valid for three days. If you did not register, ignore this mail.",
    }
}

fn recovery(chinese: bool) -> Words {
    if chinese {
        return Words {
            subject: "FLOATER 重设密码",
            before: "用这个验证码设置新密码:",
            press: "或者在提出申请的浏览器里打开:",
            after: "两小时内有效。如果不是你申请的,忽略这封邮件即可,密码不会改变。",
        };
    }
    Words {
        subject: "Set a new FLOATER password",
        before: "Set a new password with this code:",
        press: "Or open this in the browser that asked for it:",
        after: "It is valid for two hours. If you did not ask for it, ignore this mail; the password stays.",
    }
}

fn already_registered(chinese: bool) -> Words {
    if chinese {
        return Words {
            subject: "这个邮箱已经注册过 FLOATER",
            before: "有人用这个邮箱注册 FLOATER,但它已经有账号了。",
            after: "如果是你,直接登录,或者用「忘记密码」。如果不是你,忽略这封邮件即可。",
            press: "",
        };
    }
    Words {
        subject: "This address already has a FLOATER account",
        before: "Somebody tried to register FLOATER with this address, which has an account already.",
        after: "If it was you, just log in, or use \"Forgotten password\". If not, ignore this mail.",
        press: "",
    }
}

fn password_changed(chinese: bool) -> Words {
    if chinese {
        return Words {
            subject: "FLOATER 密码已修改",
            before: "你的 FLOATER 密码刚刚被修改,其他设备上的登录已全部结束。",
            after: "如果不是你改的,请马上用「忘记密码」设置新密码。",
            press: "",
        };
    }
    Words {
        subject: "Your FLOATER password was changed",
        before: "Your FLOATER password was just changed, and the sessions on other devices ended.",
        after: "If it was not you, set a new one with \"Forgotten password\" now.",
        press: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MailWanted;
    use floater_proto::{Binary, Email};

    fn mail(language: Language) -> MailRecord {
        MailRecord {
            id: Binary([7; 16]),
            wanted: MailWanted::Register,
            email: Email::new("ming@example.org").unwrap(),
            language,
            username: None,
            password: Vec::new(),
            secret: Binary([0; 32]),
            created: 0,
            tries: 0,
        }
    }

    #[test]
    fn an_activation_has_code_and_link_in_both_forms_and_languages() {
        let secrets = Secrets::ephemeral();
        for language in [Language::Chinese, Language::English] {
            let mail = mail(language);
            let letter =
                Written::new(Letter::Activation, &mail, &secrets, "https://f.example").unwrap();
            let token = secrets.mail_token(mail.id);
            let link = format!("https://f.example/#/activate/{}", token.expose());
            let code = secrets.mail_code(mail.id);
            let shown = format!("{} {}", &code.expose()[..4], &code.expose()[4..]);
            for body in [letter.text.expose(), letter.html.expose()] {
                assert!(body.contains(&link) && body.contains(&shown), "{body}");
            }
        }
    }

    #[test]
    fn who_has_an_account_gets_no_code() {
        let secrets = Secrets::ephemeral();
        let mail = mail(Language::English);
        let letter = Written::new(
            Letter::AlreadyRegistered,
            &mail,
            &secrets,
            "https://f.example",
        );
        assert!(letter.unwrap().code.is_none());
        assert!(Written::new(Letter::Nothing, &mail, &secrets, "https://f.example").is_none());
    }
}
