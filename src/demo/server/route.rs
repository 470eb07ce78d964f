//! From a request to its answer.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::body::{Answer, bytes, json as json_answer};
use super::request::{Call, Form, Objects, Query, Target, negotiate, target};
use super::status::Failure;
use super::{Context, discovery, list, log, openapi, review, watch, write};

/// No request that kubectl makes is larger.
const LARGEST_BODY: usize = 3 << 20;

pub(super) async fn handle(context: Arc<Context>, request: Request<Incoming>) -> io::Result<Answer> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let delay = context.faults.delay_of(&path);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    context.faults.until_answering().await;
    let body = Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    let Some(form) = negotiate(&parts.headers) else {
        return Ok(Failure::not_acceptable().into());
    };
    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .to_owned();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let call = Call {
        method: parts.method,
        path,
        query,
        form,
        content_type,
        body,
    };
    Ok(answer(context, &call).unwrap_or_else(Answer::from))
}

fn answer(context: Arc<Context>, call: &Call) -> Result<Answer, Failure> {
    if context.faults.is_unauthorized() {
        return Err(Failure::unauthorized());
    }
    if let Some(code) = context.faults.take_failure() {
        let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return Err(Failure::broken(code));
    }
    let target = target(&call.path).ok_or_else(Failure::no_such_path)?;
    let reads = matches!(call.method, Method::GET | Method::HEAD);
    match target {
        Target::Objects(objects) => self::objects(context, call, &objects),
        Target::Review(plural) => review::answer(&context, call, &plural),
        _ if !reads => Err(Failure::method_not_allowed(
            "the server does not allow this method on the requested resource",
        )),
        Target::Version => Ok(json_answer(StatusCode::OK, &discovery::version())),
        Target::Health => Ok(bytes(StatusCode::OK, "text/plain", Bytes::from_static(b"ok"))),
        Target::OpenApi(None) => Ok(json_answer(StatusCode::OK, &openapi::index())),
        Target::OpenApi(Some(group_version)) => {
            let document = openapi::document(&group_version).ok_or_else(Failure::no_such_path)?;
            Ok(json_answer(StatusCode::OK, &document))
        }
        Target::CoreVersions if call.form == Form::AggregatedDiscovery => Ok(discovery::aggregated(true)),
        Target::Groups if call.form == Form::AggregatedDiscovery => Ok(discovery::aggregated(false)),
        Target::CoreVersions => Ok(json_answer(StatusCode::OK, &discovery::core_versions())),
        Target::Groups => Ok(json_answer(StatusCode::OK, &discovery::groups())),
        Target::Group(group) => {
            let group = discovery::group(&group).ok_or_else(Failure::no_such_path)?;
            Ok(json_answer(StatusCode::OK, &group))
        }
        Target::Resources { group, version } => {
            let resources = discovery::resources(&group, &version).ok_or_else(Failure::no_such_path)?;
            Ok(json_answer(StatusCode::OK, &resources))
        }
    }
}

fn objects(context: Arc<Context>, call: &Call, target: &Objects) -> Result<Answer, Failure> {
    let watching = call.query.flag("watch");
    let verb = match (&call.method, &target.name) {
        (&Method::GET | &Method::HEAD, _) if watching => "watch",
        (&Method::GET | &Method::HEAD, Some(_)) => "get",
        (&Method::GET | &Method::HEAD, None) => "list",
        (&Method::POST, _) => "create",
        (&Method::PUT, _) => "update",
        (&Method::PATCH, _) => "patch",
        (&Method::DELETE, Some(_)) => "delete",
        (&Method::DELETE, None) => "deletecollection",
        _ => {
            return Err(Failure::method_not_allowed(
                "the server does not allow this method on the requested resource",
            ));
        }
    };
    let name = target.name.as_deref();
    if context.faults.is_forbidden(target.resource.plural) {
        let namespace = target.namespace.as_deref();
        return Err(Failure::forbidden(
            target.resource,
            verb,
            namespace,
            name.unwrap_or_default(),
        ));
    }
    match (verb, name, target.subresource.as_deref()) {
        ("watch", _, None) => watch::answer(context, call, target),
        ("list", None, None) => list::answer(&context, call, target),
        ("get", Some(name), None | Some("status")) => list::one(&context, call, target, name),
        ("get", Some(name), Some("log")) if target.resource.plural == "pods" => log::answer(
            &context,
            call,
            target.namespace.as_deref().unwrap_or_default(),
            name,
        ),
        ("get", Some(name), Some("scale")) if target.resource.scales => write::scale(&context, target, name),
        ("list" | "get" | "watch", _, Some(_)) => Err(Failure::no_such_path()),
        _ => write::answer(&context, call, target),
    }
}
