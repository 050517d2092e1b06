//! Lambda's runtime API (version 2018-06-01): plain HTTP on a local address, one connection for each request.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;

pub struct RuntimeApi {
    /// `host:port`, as Lambda gives it in `AWS_LAMBDA_RUNTIME_API`.
    address: String,
}

pub struct Invocation {
    pub request_id: String,
    pub event: Vec<u8>,
}

struct Response {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl RuntimeApi {
    pub fn new(address: String) -> Self {
        RuntimeApi { address }
    }

    /// Waits for the next event, for as long as Lambda likes: there is no time limit on purpose.
    pub fn next(&self) -> Result<Invocation> {
        let response = self.request("GET", "invocation/next", "")?;
        let request_id = response.header("lambda-runtime-aws-request-id");
        let request_id = request_id
            .ok_or_else(|| invalid("an invocation without a request id"))?
            .to_owned();
        Ok(Invocation {
            request_id,
            event: response.body,
        })
    }

    pub fn respond(&self, request_id: &str, answer: &str) -> Result<()> {
        self.request("POST", &format!("invocation/{request_id}/response"), answer)
            .map(drop)
    }

    pub fn fail(&self, request_id: &str, kind: &str, message: &str) -> Result<()> {
        let message = message.replace('\\', r"\\").replace('"', r#"\""#);
        let body = format!(r#"{{"errorType":"{kind}","errorMessage":"{message}"}}"#);
        self.request("POST", &format!("invocation/{request_id}/error"), &body)
            .map(drop)
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Result<Response> {
        let mut stream = TcpStream::connect(&self.address)?;
        let head = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len(),
        );
        stream.write_all((head + body).as_bytes())?;
        read_response(&mut BufReader::new(stream))
    }
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

fn read_response(stream: &mut impl BufRead) -> Result<Response> {
    let status = read_line(stream)?;
    if !status
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .starts_with('2')
    {
        return Err(invalid(&format!("it answered {status:?}")));
    }
    let mut response = Response {
        headers: read_headers(stream)?,
        body: Vec::new(),
    };
    if response.header("transfer-encoding") == Some("chunked") {
        response.body = read_chunks(stream)?;
    } else if let Some(length) = response.header("content-length") {
        let length = length
            .parse()
            .map_err(|_| invalid("a Content-Length that is no number"))?;
        response.body = read_exactly(stream, length)?;
    } else {
        stream.read_to_end(&mut response.body)?;
    }
    Ok(response)
}

/// Names in lower case: HTTP does not tell them apart.
fn read_headers(stream: &mut impl BufRead) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| invalid("a header without a colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn read_chunks(stream: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size =
            u64::from_str_radix(size, 16).map_err(|_| invalid("a chunk size that is no number"))?;
        if size == 0 {
            return Ok(body);
        }
        body.extend(read_exactly(stream, size)?);
        read_line(stream)?;
    }
}

fn read_exactly(stream: &mut impl BufRead, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

fn read_line(stream: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::read_response;

    fn body(text: &str) -> Vec<u8> {
        read_response(&mut text.as_bytes()).unwrap().body
    }

    #[test]
    fn a_body_ends_where_its_length_or_its_last_chunk_says() {
        assert_eq!(
            body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab--"),
            b"ab"
        );
        assert_eq!(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), b"abc");
        assert_eq!(body("HTTP/1.1 200 OK\r\n\r\nabc"), b"abc");
    }

    #[test]
    fn a_body_cut_short_is_an_error() {
        assert!(
            read_response(&mut "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab".as_bytes())
                .is_err()
        );
    }

    #[test]
    fn a_refusal_is_an_error() {
        assert!(read_response(
            &mut "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".as_bytes()
        )
        .is_err());
    }
}
