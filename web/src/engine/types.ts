// Written by `cargo xtask codegen` from the Rust types.

/**
 * The answer to `GET /account`.
 */
export type Account = { 
/**
 * The address.
 */
email: string, 
/**
 * How one is called.
 */
username: string, 
/**
 * When it was registered.
 */
created: number, 
/**
 * Of the mails.
 */
language: Language, };

/**
 * What a command asked for.
 */
export type Answer = { "answer": "done" } | { "answer": "mailed", 
/**
 * Makes the mail's link work with one press, here only.
 */
secret: string, } | { "answer": "account", 
/**
 * Who one is.
 */
account: Account, } | { "answer": "sessions", 
/**
 * The newest first.
 */
sessions: Array<SessionLine>, } | { "answer": "blocks", 
/**
 * The newest first.
 */
blocks: Array<BlockLine>, } | { "answer": "export", 
/**
 * JSON, to be saved as it is.
 */
json: string, };

/**
 * Somebody whom one never meets again.
 */
export type BlockLine = { 
/**
 * Names the block.
 */
id: string, 
/**
 * The name then shown.
 */
name: string, 
/**
 * When it was blocked.
 */
date: number, };

/**
 * A wish. Those that ask the server are answered by one [`crate::Event::Answered`] or
 * [`crate::Event::Refused`] with the tag they were given; the others show in events.
 */
export type Command = { "do": "register", 
/**
 * Where the code goes.
 */
email: string, 
/**
 * How one is called.
 */
username: string, 
/**
 * 8 to 128 characters.
 */
password: string, 
/**
 * Eighteen or older, rules accepted.
 */
adult: boolean, 
/**
 * Of the mail.
 */
language: Language, } | { "do": "activate", 
/**
 * From the mail.
 */
proof: Proof, } | { "do": "send-again", 
/**
 * Where the code goes.
 */
email: string, 
/**
 * Of the mail.
 */
language: Language, } | { "do": "recover", 
/**
 * Where the code goes.
 */
email: string, 
/**
 * Of the mail.
 */
language: Language, } | { "do": "reset-password", 
/**
 * From the mail.
 */
proof: Proof, 
/**
 * 8 to 128 characters.
 */
new: string, } | { "do": "log-in", 
/**
 * The address.
 */
email: string, 
/**
 * The password.
 */
password: string, } | { "do": "log-out" } | { "do": "load-account" } | { "do": "change-password", 
/**
 * The password of now.
 */
current: string, 
/**
 * 8 to 128 characters.
 */
new: string, } | { "do": "change-username", 
/**
 * How one is called from now on.
 */
username: string, } | { "do": "load-sessions" } | { "do": "end-session", 
/**
 * From the list.
 */
session: string, } | { "do": "end-other-sessions" } | { "do": "load-blocks" } | { "do": "unblock", 
/**
 * From the list.
 */
id: string, } | { "do": "export" } | { "do": "delete-account", 
/**
 * The password of now.
 */
password: string, } | { "do": "set-policy", 
/**
 * Direct or hidden.
 */
policy: Policy, } | { "do": "set-signs", 
/**
 * Tell that one types.
 */
typing: boolean, 
/**
 * Tell what one has seen, and be told (only if both do).
 */
seen: boolean, } | { "do": "seek" } | { "do": "stop-seeking" } | { "do": "greet" } | { "do": "say", 
/**
 * What.
 */
text: string, 
/**
 * The message it answers.
 */
quote?: MessageRef, } | { "do": "typing", 
/**
 * Whether one types.
 */
typing: boolean, } | { "do": "seen", 
/**
 * Message number.
 */
number: number, } | { "do": "open-picture", 
/**
 * From the offer.
 */
id: string, } | { "do": "leave" } | { "do": "end-elsewhere" } | { "do": "report", 
/**
 * What happened.
 */
offence: Offence, 
/**
 * In the reporter's words.
 */
note: string, 
/**
 * What the reporter chose to open.
 */
messages: Array<MessageRef>, } | { "do": "block" } | { "do": "forget" };

/**
 * How a conversation came to its end, as a person understands it.
 */
export type Ending = "you-left" | "peer-left" | "lost" | "moderator" | "you-silent" | "peer-silent" | "unreachable";

/**
 * Something to show. Times are the driver's milliseconds, as given to the engine.
 */
export type Event = { "event": "link", 
/**
 * Silent when good.
 */
state: LinkState, } | { "event": "stage", 
/**
 * The page to show.
 */
stage: Stage, } | { "event": "answered", 
/**
 * Of the command.
 */
tag: number, 
/**
 * What it asked for.
 */
answer: Answer, } | { "event": "refused", 
/**
 * Of the command.
 */
tag: number, 
/**
 * Why.
 */
problem: Problem, } | { "event": "here", 
/**
 * An honest range.
 */
here: Here, } | { "event": "widened" } | { "event": "session-ended", 
/**
 * Why.
 */
why: SessionEnd, } | { "event": "greeted", 
/**
 * Oneself.
 */
own: boolean, 
/**
 * The other one.
 */
peer: boolean, } | { "event": "line", 
/**
 * To be shown last.
 */
line: Line, } | { "event": "tick", 
/**
 * Its number.
 */
number: number, 
/**
 * How far it came.
 */
tick: Tick, } | { "event": "typing", 
/**
 * Whether.
 */
typing: boolean, } | { "event": "peer", 
/**
 * Here, or away.
 */
peer: PeerState, } | { "event": "path", 
/**
 * For the chip.
 */
path: PathInUse, } | { "event": "safety", 
/**
 * In order.
 */
words: Array<SafetyWord>, } | { "event": "picture", 
/**
 * From the offer.
 */
id: string, 
/**
 * How far.
 */
state: PictureState, } | { "event": "picture-opened", 
/**
 * From the offer.
 */
id: string, } | { "event": "can-say", 
/**
 * Whether.
 */
can: boolean, };

/**
 * Why a request failed, in one word for programs.
 */
export type Fault = "malformed" | "unknown-resource" | "wrong-method" | "wrong-type" | "not-logged-in" | "logged-in" | "wrong-credentials" | "not-activated" | "suspended" | "session-ended" | "code-wrong" | "code-expired" | "type-code" | "invalid" | "password-common" | "too-many" | "seated" | "elsewhere" | "no-match" | "ticket-foreign" | "ticket-expired" | "match-over" | "greet-first" | "no-picture" | "too-large" | "not-proved" | "slow" | "unavailable" | "internal" | "unknown";

/**
 * An honest range: at least, and below.
 */
export type Here = { 
/**
 * So many at least.
 */
at_least: number, 
/**
 * Fewer than so many; none above the last step.
 */
below?: number, };

/**
 * A language of mails and pages.
 */
export type Language = "zh-CN" | "en";

/**
 * A line of the conversation.
 */
export type Line = { 
/**
 * Who said it, and its number.
 */
of: MessageRef, 
/**
 * Whether it is one's own.
 */
own: boolean, 
/**
 * When it was said or arrived.
 */
at: number, 
/**
 * The message it answers.
 */
quote: MessageRef | null, 
/**
 * What.
 */
message: Message, };

/**
 * The connection to the server.
 */
export type LinkState = { "link": "connecting" } | { "link": "up" } | { "link": "lost", 
/**
 * When it tries next.
 */
retryAt: number, 
/**
 * In a conversation: until when the seat is held.
 */
heldUntil: number | null, };

/**
 * What a line holds.
 */
export type Message = { "kind": "text", 
/**
 * At most 16 KiB.
 */
text: string, } | { "kind": "picture", 
/**
 * What was offered.
 */
offer: PictureOffer, };

/**
 * A signed message of a conversation: who sent it, and its message number (1, 2, 3 …).
 * Written `A/7`.
 */
export type MessageRef = { 
/**
 * Who sent it.
 */
by: Role, 
/**
 * Its number among the signed messages of that side.
 */
number: number, };

/**
 * What somebody did.
 */
export type Offence = "sexual" | "minor" | "abuse" | "spam" | "other";

/**
 * How a match ended, and by whom.
 */
export type Over = { 
/**
 * How.
 */
reason: Reason, 
/**
 * Whose doing it was, where it was one's.
 */
by?: Role, };

/**
 * The path that carries the conversation.
 */
export type PathInUse = { 
/**
 * Directly between the two.
 */
direct: boolean, 
/**
 * The stricter of both policies.
 */
policy: Policy, };

/**
 * How the other one's connection is.
 */
export type PeerState = { "peer": "here" } | { "peer": "away", 
/**
 * Until when their seat is held.
 */
until: number, };

/**
 * A picture to send, already turned, scaled and re-encoded by the interface. It crosses as bytes
 * beside this description.
 */
export type Picture = { 
/**
 * What it is made of.
 */
kind: PictureKind, 
/**
 * In pixels.
 */
width: number, 
/**
 * In pixels.
 */
height: number, 
/**
 * base64url of at most 25 bytes.
 */
thumbhash: string, 
/**
 * The original moved; this is its first frame.
 */
still: boolean, 
/**
 * The message it answers.
 */
quote?: MessageRef, };

/**
 * What a picture is made of.
 */
export type PictureKind = "image/png" | "image/jpeg" | "image/webp";

/**
 * `POST /picture`: the offer. The receiver pulls the bytes from `/picture/<id>`.
 */
export type PictureOffer = { 
/**
 * Names the picture.
 */
id: string, 
/**
 * What it is made of.
 */
kind: PictureKind, 
/**
 * In bytes.
 */
size: number, 
/**
 * In pixels.
 */
width: number, 
/**
 * In pixels.
 */
height: number, 
/**
 * Of all bytes.
 */
sha256: string, 
/**
 * What to show until it is opened; base64url, at most 25 bytes.
 */
thumbhash: string, 
/**
 * The original moved; this is its first frame.
 */
still: boolean, };

/**
 * How far the bytes of a picture are.
 */
export type PictureState = { "state": "moving", 
/**
 * So many.
 */
done: number, } | { "state": "complete" } | { "state": "failed" };

/**
 * Whether a direct path may be tried.
 */
export type Policy = "direct" | "hidden";

/**
 * The body of every answer that is not 2xx.
 */
export type Problem = { 
/**
 * In one word, for programs.
 */
error: Fault, 
/**
 * In a sentence, for who writes one: what was expected.
 */
message: string, 
/**
 * The key of the body that is meant.
 */
field?: string, 
/**
 * When it may be tried again, in milliseconds from now.
 */
retry_after?: number, 
/**
 * How the match ended.
 */
over?: Over, };

/**
 * That one reads the mails of an address.
 */
export type Proof = { 
/**
 * From the link.
 */
token: string, 
/**
 * From the answer `mailed`.
 */
secret: string, } | { 
/**
 * The address.
 */
email: string, 
/**
 * Eight characters.
 */
code: string, };

/**
 * How a conversation ended.
 */
export type Reason = "left" | "lost" | "silent" | "unreachable" | "moderator";

/**
 * Which of the two: the server's draw, never who dialled.
 */
export type Role = "A" | "B";

/**
 * One word of the safety code.
 */
export type SafetyWord = { 
/**
 * The picture.
 */
emoji: string, 
/**
 * 中文.
 */
zh: string, 
/**
 * English.
 */
en: string, };

/**
 * Why a session is over.
 */
export type SessionEnd = "logged-out" | "password" | "deleted" | "suspended" | "expired";

/**
 * One session of the account.
 */
export type SessionLine = { 
/**
 * Its name.
 */
session: string, 
/**
 * The `User-Agent` it was opened with.
 */
agent: string, 
/**
 * When it was opened.
 */
created: number, 
/**
 * When it was last used, to the hour.
 */
used: number, 
/**
 * Whether it is the one that asks.
 */
current: boolean, };

/**
 * Where one is.
 */
export type Stage = { "at": "starting" } | { "at": "door" } | { "at": "main", 
/**
 * How one is called.
 */
username: string, 
/**
 * How the last conversation ended, if it just did.
 */
ending: Ending | null, } | { "at": "waiting", 
/**
 * How one is called.
 */
username: string, 
/**
 * Since when.
 */
since: number, 
/**
 * Why one waits again, if a match came to nothing.
 */
after: Ending | null, } | { "at": "greeting", 
/**
 * One's own name.
 */
own: string, 
/**
 * The other's name.
 */
peer: string, 
/**
 * One's own role.
 */
role: Role, 
/**
 * The last moment to greet.
 */
until: number, 
/**
 * Nobody new was there: this may be somebody whom one met today.
 */
metBefore: boolean, } | { "at": "talk", 
/**
 * One's own name.
 */
own: string, 
/**
 * The other's name.
 */
peer: string, 
/**
 * One's own role.
 */
role: Role, } | { "at": "elsewhere", 
/**
 * How one is called.
 */
username: string, };

/**
 * How far a line of one's own came.
 */
export type Tick = "waiting" | "sent" | "delivered" | "seen";
