//! Rules and events that several tests use.

/// Two rules over CloudTrail with tests.
pub(crate) const RULES: &str = r#"
## A user was made.
rule user_made on cloudtrail {
  severity: high
  when:     ct.name = CreateUser and not ct.error exists
  message:  "{ct.user} made the user {event.requestParameters.userName}"
  fix:      "Delete the user."
  maps:     [attack/T1136.003]
  tags:     [iam]
}

## Instances were listed.
rule listed on cloudtrail {
  severity: info
  when:     ct.name = DescribeInstances
  message:  "{ct.user} listed instances in {ct.region}"
}

sample call on cloudtrail {
  eventVersion: "1.08",
  eventTime: "2026-03-01T12:00:00Z",
  eventSource: "iam.amazonaws.com",
  eventName: CreateUser,
  awsRegion: "us-east-1",
  sourceIPAddress: "198.51.100.7",
  userIdentity: { type: IAMUser, userName: alice, arn: "arn:aws:iam::111122223333:user/alice", accountId: "111122223333" },
  requestParameters: { userName: bob },
}

test user_made {
  fires  "a user"     call
  silent "refused"    call with { errorCode: AccessDenied }
  silent "other call" call with { eventName: ListUsers }
}

test listed {
  fires  "listed" call with { eventName: DescribeInstances }
  silent "a user" call
}
"#;

/// One event as a line of JSON, its number in its id.
pub(crate) fn event(number: u32, name: &str, source: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","eventTime":"2026-03-01T12:00:{number:02}Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2","userIdentity":{{"type":"IAMUser","userName":"alice","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE"}},"requestParameters":{{"userName":"bob"}},"responseElements":null,"eventID":"00000000-0000-4000-8000-0000000000{number:02}","recipientAccountId":"111122223333"{more}}}"#
    )
}

/// Three events: one for each rule, one that was refused.
pub(crate) fn log() -> String {
    [
        event(1, "CreateUser", "iam", ""),
        event(2, "CreateUser", "iam", r#","errorCode":"AccessDenied""#),
        event(3, "DescribeInstances", "ec2", ""),
    ]
    .map(|line| line + "\n")
    .concat()
}
