//! One CloudTrail event as the engine sees it.

use std::borrow::Cow;
use std::cell::Cell;

use eyas_engine::finding::{EventInfo, Location, Subject};
use eyas_engine::json::{self, JsonRecord};
use eyas_engine::record::Record;
use eyas_lang::catalog::Step;
use eyas_lang::value::Fetched;
use jiff::Timestamp;
use smol_str::SmolStr;

/// The record type of events.
pub const RECORD_TYPE: &str = "cloudtrail";

/// The member that holds an event's time.
const TIME: &str = "eventTime";

/// An event, borrowed from the text it was read from.
#[derive(Debug, Clone, Copy)]
pub struct EventRecord<'a> {
    json: JsonRecord<'a>,
    place: Option<(&'a PartOfFile<'a>, usize)>,
}

/// Text out of a file, for telling where in the file something is.
#[derive(Debug)]
pub struct PartOfFile<'a> {
    file: &'a str,
    text: &'a [u8],
    base: u64,
    /// How many lines end before this offset of the text: found as it is asked for.
    lines: Cell<(usize, u64)>,
}

impl<'a> PartOfFile<'a> {
    /// The text at byte `base` of a file.
    pub fn new(file: &'a str, text: &'a [u8], base: u64) -> Self {
        Self { file, text, base, lines: Cell::new((0, 0)) }
    }

    /// The file's name.
    pub fn file(&self) -> &'a str {
        self.file
    }

    /// The offset in the file of an offset in the text.
    pub fn offset(&self, at: usize) -> u64 {
        self.base + at as u64
    }

    /// Told that there is no line break between two offsets.
    pub(crate) fn no_lines_between(&self, start: usize, end: usize) {
        let (from, lines) = self.lines.get();
        match self.text.get(from..start) {
            Some(b"\n") => self.lines.set((end, lines + 1)),
            Some(_) => self.lines.set((end, self.line(start) - 1)),
            None => {}
        }
    }

    /// How many lines end in the text.
    pub(crate) fn lines(&self) -> u64 {
        self.line(self.text.len()) - 1
    }

    /// The line of an offset, from 1 at the start of the text.
    fn line(&self, at: usize) -> u64 {
        let (from, lines) = self.lines.get();
        let (from, lines) = if from <= at { (from, lines) } else { (0, 0) };
        let between = self.text.get(from..at).unwrap_or_default();
        let lines = lines + memchr::memchr_iter(b'\n', between).count() as u64;
        self.lines.set((at, lines));
        lines + 1
    }
}

impl<'a> EventRecord<'a> {
    /// An event whose text is at `place` of a file; `None` if it is not from one.
    pub fn new(json: JsonRecord<'a>, place: Option<(&'a PartOfFile<'a>, usize)>) -> Self {
        Self { json: json.with_time(TIME), place }
    }

    /// The event's time as it is written, if it is a string.
    pub(crate) fn time(&self) -> Option<&'a [u8]> {
        self.json.member(TIME)?.as_bytes().strip_prefix(b"\"")?.strip_suffix(b"\"")
    }

    /// The text of a member of the event that is a string.
    fn text(&self, member: &str) -> Option<SmolStr> {
        string(self.json.member(member)?).map(SmolStr::from)
    }

    /// The string at a path below `userIdentity`.
    fn identity(&self, path: &[&str]) -> Option<Cow<'a, str>> {
        let (first, rest) = path.split_first()?;
        let mut at = self.json.nested("userIdentity", first)?;
        for key in rest {
            at = json::member(at, key)?;
        }
        string(at)
    }

    /// A name that people know: the user's, the role's with its session, `root`, the service's.
    fn user(&self, arn: Option<&str>) -> Option<SmolStr> {
        if self.identity(&["type"]).is_some_and(|kind| kind == "Root") {
            return Some(SmolStr::new_static("root"));
        }
        let role_and_session = || Some(arn?.rsplit_once(":assumed-role/")?.1.into());
        self.identity(&["userName"])
            .or_else(role_and_session)
            .or_else(|| self.identity(&["sessionContext", "sessionIssuer", "userName"]))
            .or_else(|| arn.map(Cow::from))
            .or_else(|| self.identity(&["invokedBy"]))
            .or_else(|| self.identity(&["principalId"]))
            .or_else(|| self.identity(&["accountId"]))
            .map(SmolStr::from)
    }
}

/// The string whose text is `raw`; `None` if it is none, or empty.
fn string(raw: &str) -> Option<Cow<'_, str>> {
    raw.starts_with('"').then(|| json::string(raw)).filter(|text| !text.is_empty())
}

impl Record for EventRecord<'_> {
    fn record_type(&self) -> &str {
        RECORD_TYPE
    }

    fn at(&self, path: &[Step]) -> Fetched<'_> {
        self.json.at(path)
    }

    fn now(&self) -> Option<Timestamp> {
        self.json.now()
    }

    fn subject(&self) -> Subject {
        Subject {
            kind: SmolStr::new_static(RECORD_TYPE),
            id: self.text("eventID"),
            account: self
                .text("recipientAccountId")
                .or_else(|| self.identity(&["accountId"]).map(SmolStr::from)),
            region: self.text("awsRegion"),
        }
    }

    fn location(&self) -> Option<Location> {
        let (part, at) = self.place?;
        Some(Location {
            file: part.file.to_owned(),
            offset: Some(part.offset(at)),
            line: Some(part.line(at)),
            ..Location::default()
        })
    }

    fn event(&self) -> Option<EventInfo> {
        let arn = self.identity(&["arn"]);
        Some(EventInfo {
            time: self.text(TIME),
            name: self.text("eventName"),
            source: self.text("eventSource"),
            error: self.text("errorCode"),
            user: self.user(arn.as_deref()),
            principal: arn.map(SmolStr::from),
            access_key: self.identity(&["accessKeyId"]).map(SmolStr::from),
            source_ip: self.text("sourceIPAddress"),
            user_agent: self.text("userAgent"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eyas_engine::json::JsonIndex;

    fn with(text: &str, check: impl FnOnce(&EventRecord<'_>)) {
        let mut index = JsonIndex::default();
        let file = format!("\n\n{text}");
        let part = PartOfFile::new("a.json", file.as_bytes(), 100);
        let json = index.read(RECORD_TYPE, text).unwrap();
        check(&EventRecord::new(json, Some((&part, 2))));
    }

    #[test]
    fn who_what_when_and_where() {
        let text = r#"{"eventTime":"2024-01-02T03:04:05Z","eventName":"RunInstances","eventSource":"ec2.amazonaws.com",
            "errorCode":"AccessDenied","awsRegion":"eu-west-1","eventID":"e-1","recipientAccountId":"123456789012",
            "sourceIPAddress":"1.2.3.4","userAgent":"aws-cli","userIdentity":{"type":"AssumedRole",
            "arn":"arn:aws:sts::123456789012:assumed-role/deploy/ci","accessKeyId":"ASIAX"}}"#;
        with(text, |event| {
            assert_eq!(event.now(), "2024-01-02T03:04:05Z".parse().ok());
            let told = (event.event(), event.subject(), event.location());
            insta::assert_snapshot!(serde_json::to_string_pretty(&told).unwrap(), @r#"
            [
              {
                "time": "2024-01-02T03:04:05Z",
                "name": "RunInstances",
                "source": "ec2.amazonaws.com",
                "error": "AccessDenied",
                "user": "deploy/ci",
                "principal": "arn:aws:sts::123456789012:assumed-role/deploy/ci",
                "access_key": "ASIAX",
                "source_ip": "1.2.3.4",
                "user_agent": "aws-cli"
              },
              {
                "type": "cloudtrail",
                "id": "e-1",
                "account": "123456789012",
                "region": "eu-west-1"
              },
              {
                "file": "a.json",
                "offset": 102,
                "line": 3
              }
            ]
            "#);
        });
    }

    #[test]
    fn users_have_the_names_that_people_know() {
        let user = |identity: &str| {
            let mut name = None;
            with(&format!(r#"{{"eventName":"X","userIdentity":{identity}}}"#), |event| {
                name = event.event().and_then(|event| event.user);
            });
            name.unwrap_or_default()
        };
        assert_eq!(user(r#"{"type":"Root","arn":"arn:aws:iam::1:root"}"#), "root");
        assert_eq!(user(r#"{"type":"IAMUser","userName":"ann","arn":"arn:aws:iam::1:user/ann"}"#), "ann");
        assert_eq!(user(r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#), "ec2.amazonaws.com");
        assert_eq!(user(r#"{"type":"AWSAccount","principalId":"AIDAX","accountId":"1"}"#), "AIDAX");
        assert_eq!(
            user(r#"{"type":"FederatedUser","sessionContext":{"sessionIssuer":{"userName":"bob"}}}"#),
            "bob"
        );
    }
}
