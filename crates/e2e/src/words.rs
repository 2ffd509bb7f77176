/// One word of the safety code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyWord {
    /// The picture.
    pub emoji: &'static str,
    /// 中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}
