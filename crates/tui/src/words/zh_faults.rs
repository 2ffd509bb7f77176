//! 出了什么事，为什么，怎么办。

use crate::harmless::harmless;
use floater_client::DialError;
use floater_client::picture::PictureError;
use floater_client::proto::body::{Fault, Problem};

pub(super) fn fault(problem: &Problem) -> String {
    let mut told = because(problem.error).to_owned();
    if problem.error == Fault::Invalid {
        told.push_str(&format!("({})", harmless(&problem.message)));
    }
    if problem.error == Fault::Suspended {
        told.push_str(&format!("原因：{}", harmless(&problem.message)));
    }
    if let Some(wait) = problem.retry_after.filter(|wait| *wait > 0) {
        told.push_str(&format!("{} 秒后可以再试。", wait.div_ceil(1000)));
    }
    told
}

const fn because(fault: Fault) -> &'static str {
    match fault {
        Fault::Malformed => "服务器没看懂这个请求。请再试一次。",
        Fault::UnknownResource | Fault::WrongMethod | Fault::WrongType => {
            "服务器不认识这个请求。请更新 floater。"
        }
        Fault::NotLoggedIn => "你还没有登录。请先 /login。",
        Fault::LoggedIn => "这里已经登录了。",
        Fault::WrongCredentials => "邮箱和密码对不上。请检查后再试，或者 /recover 重设密码。",
        Fault::NotActivated => "账户还没有激活。请输入邮件里的激活码。",
        Fault::Suspended => "账户被暂停使用。",
        Fault::SessionEnded => "登录已失效。请重新登录。",
        Fault::CodeWrong => "验证码不对。请对照邮件再输一次。",
        Fault::CodeExpired => {
            "验证码已失效，或试的次数太多。请用 /again 或 /recover 重新发送一封邮件。"
        }
        Fault::TypeCode => "请输入邮件里的 8 位验证码。",
        Fault::Invalid => "有一项填写得不合要求。请改一改再试。",
        Fault::PasswordCommon => "这个密码太常见，容易被猜到。请换一个。",
        Fault::TooMany => "试得太频繁了。请稍等一会儿。",
        Fault::Seated => "你正在对话或等待中。请先结束它。",
        Fault::Elsewhere => "你正在另一处对话或等待。请先结束那边。",
        Fault::NoMatch => "这段对话已经不在了。",
        Fault::TicketForeign => "这段对话属于另一个账户。",
        Fault::TicketExpired => "时间太久，这段对话已无从查起。",
        Fault::MatchOver => "这段对话已经结束。",
        Fault::GreetFirst => "双方都说了「你好」之后才能开始。",
        Fault::NoPicture => "这张图片已经不在了。",
        Fault::TooLarge => "内容太大，超过了上限。",
        Fault::NotProved => "内容没有通过验证，所以没有采用。",
        Fault::Slow => "网络太慢，请求没能送到。请再试一次。",
        Fault::Unavailable => "暂时连不上服务器。请稍后再试。",
        Fault::Internal => "服务器出了错。请稍后再试。",
        _ => "出了一点问题，这个版本还不认识它。请更新 floater。",
    }
}

pub(super) const fn picture_fault(error: PictureError) -> &'static str {
    match error {
        PictureError::Kind => "只能发送 PNG、JPEG、WebP 或 GIF 图片。",
        PictureError::Large => "这张图片太大，或缩小后仍超过 8 MB。请裁剪后再试。",
        _ => "这个文件打不开，可能不是完整的图片。",
    }
}

pub(super) fn dial(error: &DialError) -> String {
    match error {
        DialError::Unknown => {
            "找不到服务器的地址。请检查网络和 --server；连上后会自动继续。".into()
        }
        DialError::Unreachable(kind) => {
            format!("连不上服务器（{kind}）。请检查网络和 --server；连上后会自动继续。")
        }
        DialError::NotPinned { pinned, shown } => format!(
            "服务器出示的证书不是你指定的那一张，所以没有连接。\n指定的：{pinned}\n出示的：{shown}\n可能有人在中间冒充。只有在服务器换过证书时，才向管理服务器的人确认新的指纹，再改 --server。"
        ),
        DialError::Untrusted(why) => format!(
            "服务器的证书不可信，所以没有连接（{}）。\n如果是自己的服务器，请在地址后面加上它的指纹：floater://主机:端口#指纹（floaterd 启动时会打印）。",
            harmless(why)
        ),
        DialError::NoTls => "那个端口说的不是 TLS。请检查 --server 里的端口。".into(),
        other => format!(
            "与服务器的加密连接失败（{}）。请检查 --server。",
            harmless(&other.to_string())
        ),
    }
}
