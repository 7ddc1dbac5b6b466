//! Tokens that their shape gives away, wherever they stand.

use super::text::window;
use super::word::{is_random, is_stand_in};
use super::{Finding, Issuer, Kind};

/// What may follow a prefix.
#[derive(Clone, Copy)]
enum Body {
    Letters,
    Hex,
    Upper,
    Url,
    Dotted,
    Base64,
    Crypt,
    Scram,
}

impl Body {
    fn accepts(self, byte: u8) -> bool {
        match self {
            Body::Letters => byte.is_ascii_alphanumeric(),
            Body::Hex => byte.is_ascii_hexdigit(),
            Body::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Body::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Body::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Body::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'.' | b'='),
            Body::Crypt => byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'$'),
            Body::Scram => byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'"' | b'`' | b';'),
        }
    }
}

/// A prefix, what follows it, and for how many bytes.
struct Shape {
    prefix: &'static str,
    body: Body,
    least: usize,
    most: usize,
    kind: Kind,
}

/// No documented length: long enough for every token, short enough to stay linear.
const ANY: usize = 256;

const fn shape(description: &'static str, prefix: &'static str, body: Body, least: usize, most: usize) -> Shape {
    Shape { prefix, body, least, most, kind: Kind::Token(Issuer { description }) }
}

const fn hash(prefix: &'static str, body: Body, least: usize, most: usize) -> Shape {
    Shape { prefix, body, least, most, kind: Kind::PasswordHash }
}

/// From the issuers' documentation of their prefixes. Publishable keys (`pk_live_`) are no secrets and not listed.
const SHAPES: &[Shape] = &[
    shape("an AWS access key", "AKIA", Body::Upper, 16, 16),
    shape("an AWS access key", "ASIA", Body::Upper, 16, 16),
    shape("a GitHub token", "ghp_", Body::Letters, 36, 255),
    shape("a GitHub token", "gho_", Body::Letters, 36, 255),
    shape("a GitHub token", "ghu_", Body::Letters, 36, 255),
    shape("a GitHub token", "ghs_", Body::Letters, 36, 255),
    shape("a GitHub token", "ghr_", Body::Letters, 36, 255),
    shape("a GitHub token", "github_pat_", Body::Url, 36, 255),
    shape("a GitLab token", "glpat-", Body::Dotted, 20, ANY),
    shape("a GitLab token", "gldt-", Body::Url, 20, ANY),
    shape("a GitLab token", "glrt-", Body::Dotted, 20, ANY),
    shape("a GitLab token", "glptt-", Body::Hex, 40, 40),
    shape("a Slack token", "xoxb-", Body::Url, 16, ANY),
    shape("a Slack token", "xoxp-", Body::Url, 16, ANY),
    shape("a Slack token", "xoxa-", Body::Url, 16, ANY),
    shape("a Slack token", "xoxr-", Body::Url, 16, ANY),
    shape("a Slack token", "xoxs-", Body::Url, 16, ANY),
    shape("a Slack token", "xapp-", Body::Url, 16, ANY),
    shape("a Slack webhook", "hooks.slack.com/services/", Body::Base64, 40, ANY),
    shape("a Stripe key", "sk_live_", Body::Letters, 16, ANY),
    shape("a Stripe key", "rk_live_", Body::Letters, 16, ANY),
    shape("a Stripe key", "sk_test_", Body::Letters, 16, ANY),
    shape("a Stripe key", "rk_test_", Body::Letters, 16, ANY),
    shape("a webhook secret", "whsec_", Body::Base64, 24, ANY),
    shape("a Google API key", "AIza", Body::Url, 35, 35),
    shape("a Google client secret", "GOCSPX-", Body::Url, 28, 28),
    shape("a Google access token", "ya29.", Body::Dotted, 20, ANY),
    shape("an npm token", "npm_", Body::Letters, 36, 36),
    shape("a PyPI token", "pypi-", Body::Url, 50, ANY),
    shape("a RubyGems token", "rubygems_", Body::Hex, 48, 48),
    shape("a Docker Hub token", "dckr_pat_", Body::Url, 27, ANY),
    shape("a SendGrid key", "SG.", Body::Dotted, 60, 80),
    shape("a Twilio key", "SK", Body::Hex, 32, 32),
    shape("a DigitalOcean token", "dop_v1_", Body::Hex, 64, 64),
    shape("a DigitalOcean token", "doo_v1_", Body::Hex, 64, 64),
    shape("a DigitalOcean token", "dor_v1_", Body::Hex, 64, 64),
    shape("a Vault token", "hvs.", Body::Url, 24, ANY),
    shape("a Vault token", "hvb.", Body::Url, 24, ANY),
    shape("a Databricks token", "dapi", Body::Hex, 32, 34),
    shape("an age secret key", "AGE-SECRET-KEY-1", Body::Upper, 58, 58),
    shape("an Anthropic key", "sk-ant-", Body::Url, 20, ANY),
    shape("an OpenAI key", "sk-", Body::Url, 20, ANY),
    shape("a Hugging Face token", "hf_", Body::Letters, 34, 40),
    shape("a Heroku key", "HRKU-", Body::Url, 36, ANY),
    shape("a Shopify token", "shpat_", Body::Hex, 32, 32),
    shape("a Grafana token", "glsa_", Body::Url, 40, ANY),
    shape("a Grafana token", "glc_", Body::Base64, 32, ANY),
    shape("a New Relic key", "NRAK-", Body::Upper, 27, 27),
    shape("a PlanetScale password", "pscale_pw_", Body::Url, 32, ANY),
    shape("a PlanetScale token", "pscale_tkn_", Body::Url, 32, ANY),
    shape("a Supabase token", "sbp_", Body::Hex, 40, 40),
    shape("a Supabase key", "sb_secret_", Body::Url, 20, ANY),
    shape("a Neon password", "npg_", Body::Letters, 12, 64),
    shape("an Aiven password", "AVNS_", Body::Url, 16, 64),
    shape("a Tailscale key", "tskey-", Body::Url, 20, ANY),
    shape("a Doppler token", "dp.pt.", Body::Letters, 40, 44),
    shape("a Postman key", "PMAK-", Body::Url, 59, 59),
    shape("a Linear key", "lin_api_", Body::Letters, 32, ANY),
    shape("a Brevo key", "xkeysib-", Body::Url, 64, ANY),
    hash("SCRAM-SHA-256$4096:", Body::Scram, 60, ANY),
    hash("$argon2id$v=19$m", Body::Scram, 40, ANY),
    hash("$argon2i$v=19$m", Body::Scram, 40, ANY),
    hash("$2a$", Body::Crypt, 56, 56),
    hash("$2b$", Body::Crypt, 56, 56),
    hash("$2y$", Body::Crypt, 56, 56),
    hash("$5$", Body::Crypt, 44, ANY),
    hash("$6$", Body::Crypt, 88, ANY),
    hash("md5", Body::Hex, 32, 32),
];

/// The first bytes of all prefixes, so that most words cost one look.
static FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let mut at = 0;
    while at < SHAPES.len() {
        first[SHAPES[at].prefix.as_bytes()[0] as usize] = true;
        at += 1;
    }
    first
};

/// The first private key block, token or password hash in `value`.
pub(super) fn find(value: &str) -> Option<Finding> {
    let bytes = value.as_bytes();
    let mut before = b' ';
    for (at, &byte) in bytes.iter().enumerate() {
        let starts_word = !before.is_ascii_alphanumeric() && before != b'_';
        before = byte;
        if !starts_word {
            continue;
        }
        let found = match byte {
            b'-' => private_key(value, at),
            b'e' => json_web_token(value, at).or_else(|| shaped(value, at)),
            _ => shaped(value, at),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn shaped(value: &str, at: usize) -> Option<Finding> {
    if !FIRST[usize::from(*value.as_bytes().get(at)?)] {
        return None;
    }
    let rest = value.get(at..)?;
    SHAPES.iter().filter(|shape| rest.starts_with(shape.prefix)).find_map(|shape| {
        let length = run(rest, shape.prefix.len(), shape.body, shape.most + 1);
        let body = rest.get(shape.prefix.len()..shape.prefix.len() + length)?;
        let fits = (shape.least..=shape.most).contains(&length) && is_issued(shape, body);
        fits.then(|| Finding { kind: shape.kind, range: at..at + shape.prefix.len() + length })
    })
}

/// How many bytes of `text` from `start` belong to a body, counted up to `most`.
fn run(text: &str, start: usize, body: Body, most: usize) -> usize {
    text.as_bytes().get(start..).unwrap_or_default().iter().take(most).take_while(|&&byte| body.accepts(byte)).count()
}

/// Whether a body was drawn by an issuer rather than written by an author as an example.
fn is_issued(shape: &Shape, body: &str) -> bool {
    let mixed = |is: fn(&u8) -> bool| body.bytes().any(|byte| is(&byte));
    let digit = mixed(u8::is_ascii_digit);
    let letters = mixed(u8::is_ascii_lowercase) && mixed(u8::is_ascii_uppercase);
    (digit || letters) && !is_stand_in(body) && (shape.prefix != "sk-" || is_random(body))
}

/// `-----BEGIN RSA PRIVATE KEY-----` with a body: the line alone is often a remark about such files.
fn private_key(value: &str, at: usize) -> Option<Finding> {
    let rest = window(value, at, 512);
    let label = rest.strip_prefix("-----BEGIN ")?;
    let end = label.find("-----")?;
    let label_text = label.get(..end)?;
    let private = label_text.ends_with("PRIVATE KEY") || label_text.ends_with("PRIVATE KEY BLOCK");
    let body = label.get(end..)?;
    let keyed = body.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '='));
    let has_body = keyed.into_iter().any(|line| line.len() >= 20 && !is_stand_in(line));
    (private && has_body).then(|| {
        let length = "-----BEGIN ".len() + end + 5;
        Finding { kind: Kind::PrivateKey, range: at..at + length }
    })
}

/// Header, payload and signature, the first two being JSON objects (`eyJ` is `{"` in base64).
fn json_web_token(value: &str, at: usize) -> Option<Finding> {
    let rest = value.get(at..)?;
    if !rest.starts_with("eyJ") {
        return None;
    }
    let header = run(rest, 0, Body::Url, 512);
    let payload_start = header + 1;
    let objects = rest.get(header..)?.starts_with(".eyJ");
    if !objects || header < 16 {
        return None;
    }
    let payload = run(rest, payload_start, Body::Url, 8192);
    let signature_start = payload_start + payload + 1;
    let length = run(rest, signature_start, Body::Url, 1024);
    let signature = rest.get(signature_start..signature_start + length)?;
    let signed = rest.as_bytes().get(signature_start - 1) == Some(&b'.') && length >= 16 && !is_stand_in(signature);
    signed.then(|| Finding { kind: Kind::JsonWebToken, range: at..at + signature_start + length })
}
