//! Related objects: by reference, selector or owner.

use std::borrow::Cow;

use cel::{Context, Value as Cel};
use serde_json::Value;

use super::Resource;
use super::expression::{Expression, NoValue};
use super::neighbours::Neighbours;
use super::value::{self, api_version, field, from_json, map, text_of};

/// Which objects have to do with the one that is looked at.
#[derive(Debug)]
pub struct Relation {
    pub group: String,
    pub version: String,
    pub kind: String,
    /// In which namespace; the object's own if nothing is said.
    pub namespace: Option<Expression>,
    pub everywhere: bool,
    pub which: Which,
}

/// How they are found.
#[derive(Debug)]
pub enum Which {
    /// The names in a list: texts, or maps with `name` and what differs from the relation (`namespace`, `kind`,
    /// `group`). Gives a list of the same length.
    Refs(Expression),
    /// The labels they have: a map, or a label selector.
    Selector(Expression),
    /// Those that name the object as an owner.
    Owned,
    /// The owner that manages the object, if it is of that kind.
    Owner,
    /// All of them.
    All,
}

/// A reference and what is known of its object: `exists` and `object` are absent where its kind could not be read.
fn seen(
    near: &dyn Neighbours,
    (group, version, kind): (&str, &str, &str),
    namespace: &str,
    name: &str,
) -> Cel {
    let found = near.find(group, kind, namespace, name);
    let mut fields = vec![
        (
            "apiVersion",
            Cel::from(api_version(group, version, kind).as_str()),
        ),
        ("kind", Cel::from(kind)),
        ("namespace", Cel::from(namespace)),
        ("name", Cel::from(name)),
    ];
    if let Some(object) = found {
        let own = Resource::new(&object);
        if own.namespace().is_empty() {
            fields.push(("namespace", Cel::from("")));
        }
        let version = own.object().api_version;
        fields.push(("apiVersion", Cel::from(&*version)));
        fields.push(("exists", Cel::Bool(true)));
        fields.push(("object", from_json(&object)));
    } else if near.knows(group, kind, Some(namespace)) {
        fields.push(("exists", Cel::Bool(false)));
    }
    map(fields)
}

impl Relation {
    /// The objects; `Missing` where the kind could not be read, or what says which is not there.
    pub fn find(
        &self,
        resource: Resource<'_>,
        near: &dyn Neighbours,
        context: &Context<'_, '_>,
    ) -> Result<Cel, NoValue> {
        let namespace = match &self.namespace {
            Some(expression) => value::text(&expression.evaluate(context)?),
            None => resource.namespace().to_owned(),
        };
        let scope = (!self.everywhere && !namespace.is_empty()).then_some(namespace.as_str());
        let known = || {
            near.knows(&self.group, &self.kind, scope)
                .then_some(())
                .ok_or(NoValue::Missing)
        };
        match &self.which {
            Which::Refs(refs) => {
                let Cel::List(refs) = refs.evaluate(context)? else {
                    return Err(NoValue::Nonsense("refs: a list is wanted".to_owned()));
                };
                Ok(Cel::List(
                    refs.iter()
                        .map(|one| self.reference(one, &namespace, near))
                        .collect::<Vec<_>>()
                        .into(),
                ))
            }
            Which::Selector(selector) => {
                known()?;
                let selector = selector.evaluate(context)?;
                let found = near.list(&self.group, &self.kind, scope);
                Ok(objects(
                    found
                        .iter()
                        .filter(|object| selects(&selector, Resource::new(object))),
                ))
            }
            Which::Owned => {
                known()?;
                let found = near.owned(&self.group, &self.kind, scope, resource.uid());
                Ok(objects(found.iter()))
            }
            Which::Owner => {
                let owner = resource.owner();
                let own =
                    owner != resource.object() && *owner.kind == *self.kind && owner.group() == self.group;
                if !own {
                    return Err(NoValue::Missing);
                }
                let kind = (self.group.as_str(), self.version.as_str(), self.kind.as_str());
                Ok(seen(near, kind, &owner.namespace, &owner.name))
            }
            Which::All => {
                known()?;
                Ok(objects(near.list(&self.group, &self.kind, scope).iter()))
            }
        }
    }

    fn reference(&self, one: &Cel, namespace: &str, near: &dyn Neighbours) -> Cel {
        if let Cel::String(name) = one {
            let kind = (self.group.as_str(), self.version.as_str(), self.kind.as_str());
            return seen(near, kind, namespace, name);
        }
        let or = |key: &str, usual: &str| field(one, key).map_or_else(|| usual.to_owned(), value::text);
        let (group, kind) = (or("group", &self.group), or("kind", &self.kind));
        let version = or("version", &self.version);
        seen(
            near,
            (&group, &version, &kind),
            &or("namespace", namespace),
            &text_of(one, "name"),
        )
    }
}

fn objects<'a>(found: impl Iterator<Item = &'a Cow<'a, Value>>) -> Cel {
    Cel::List(found.map(|object| from_json(object)).collect::<Vec<_>>().into())
}

/// Whether a selector selects an object with these labels. An empty one selects everything.
fn selects(selector: &Cel, resource: Resource<'_>) -> bool {
    let label = |key: &str| {
        resource
            .labels()
            .find_map(|(own, value)| (own == key).then_some(value))
    };
    let labels = field(selector, "matchLabels");
    let expressions = field(selector, "matchExpressions");
    let plain = labels.is_none() && expressions.is_none();
    let all_labels = |labels: &Cel| match labels {
        Cel::Map(wanted) => wanted
            .map
            .iter()
            .all(|(key, value)| label(&key.to_string()) == Some(value::text(value).as_str())),
        _ => true,
    };
    let all_expressions = |expressions: &Cel| match expressions {
        Cel::List(requirements) => requirements.iter().all(|requirement| {
            let own = label(&text_of(requirement, "key"));
            let listed = match (own, field(requirement, "values")) {
                (Some(own), Some(Cel::List(values))) => values.iter().any(|value| value::text(value) == own),
                _ => false,
            };
            match text_of(requirement, "operator").as_str() {
                "In" => listed,
                "NotIn" => !listed,
                "Exists" => own.is_some(),
                "DoesNotExist" => own.is_none(),
                _ => false,
            }
        }),
        _ => true,
    };
    if plain {
        return all_labels(selector);
    }
    labels.is_none_or(all_labels) && expressions.is_none_or(all_expressions)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_select_as_the_api_server_does() {
        let object = json!({"metadata": {"labels": {"app": "web", "tier": "front"}}});
        for (selector, is) in [
            (json!({}), true),
            (json!({"app": "web"}), true),
            (json!({"app": "db"}), false),
            (json!({"matchLabels": {"app": "web"}}), true),
            (
                json!({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["front", "back"]}]}),
                true,
            ),
            (
                json!({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}),
                false,
            ),
            (
                json!({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]}),
                false,
            ),
        ] {
            assert_eq!(
                selects(&from_json(&selector), Resource::new(&object)),
                is,
                "{selector}"
            );
        }
    }
}
