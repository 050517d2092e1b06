//! A Lambda function on a custom runtime: take an event, answer it, ask for the next, until Lambda ends the process.

mod runtime_api;

use runtime_api::RuntimeApi;
use std::process::ExitCode;

/// Answers with a greeting and the event itself, which is JSON already and goes into the answer as it is.
fn greet(event: &[u8]) -> Result<String, String> {
    let event =
        std::str::from_utf8(event).map_err(|error| format!("the event is not UTF-8: {error}"))?;
    let event = if event.trim().is_empty() {
        "null"
    } else {
        event.trim()
    };
    Ok(format!(
        r#"{{"greeting":"Hello from Rust","event":{event}}}"#
    ))
}

fn serve(api: &RuntimeApi) -> std::io::Result<()> {
    loop {
        let invocation = api.next()?;
        match greet(&invocation.event) {
            Ok(answer) => api.respond(&invocation.request_id, &answer)?,
            Err(message) => api.fail(&invocation.request_id, "InvalidEvent", &message)?,
        }
    }
}

fn run() -> Result<(), String> {
    let address = std::env::var("AWS_LAMBDA_RUNTIME_API").map_err(|_| {
        "AWS_LAMBDA_RUNTIME_API is not set: Lambda or `sam local invoke` starts this program"
    })?;
    serve(&RuntimeApi::new(address)).map_err(|error| format!("the runtime API failed: {error}"))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::greet;

    #[test]
    fn the_event_is_part_of_the_answer() {
        assert_eq!(
            greet(br#"{"a":1}"#).unwrap(),
            r#"{"greeting":"Hello from Rust","event":{"a":1}}"#
        );
    }

    #[test]
    fn no_event_is_null() {
        assert_eq!(
            greet(b"").unwrap(),
            r#"{"greeting":"Hello from Rust","event":null}"#
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(greet(b"\xff").is_err());
    }
}
