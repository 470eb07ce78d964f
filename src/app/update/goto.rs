//! Going to anything by its name.

use crate::app::detail::{Detail, Tab};
use crate::app::filter::Filter;
use crate::app::goto::{GoTo, Target};
use crate::app::message::{Effect, RequestId};
use crate::app::model::{Model, Pane, Place, Prompt};
use crate::engine::named::Named;
use crate::engine::object::{ObjectRef, Text};

use super::{Effects, detail, prompt, toast};

/// The namespace of a name that says none.
const HOME: &str = "default";

pub(super) fn open(model: &mut Model) {
    model.prompt = Some(Prompt::GoTo(GoTo::new(&model.snapshot)));
}

/// Something else was typed.
pub(super) fn typed(model: &mut Model, text: String, effects: &mut Effects) {
    let request = model.next_request();
    let snapshot = model.snapshot.clone();
    if let Some(Prompt::GoTo(goto)) = &mut model.prompt {
        goto.set_text(text, &snapshot);
        goto.request = Some(request);
        effects.push(Effect::FindNames {
            request,
            typed: goto.text().to_owned(),
        });
    }
}

pub(super) fn names(model: &mut Model, request: RequestId, objects: Vec<ObjectRef>) {
    let snapshot = model.snapshot.clone();
    if let Some(Prompt::GoTo(goto)) = &mut model.prompt
        && goto.request == Some(request)
    {
        goto.take(objects, &snapshot);
    }
}

/// Puts the name of what is under the cursor into the line.
pub(super) fn complete(model: &mut Model, effects: &mut Effects) {
    let Some(Prompt::GoTo(goto)) = &model.prompt else {
        return;
    };
    if let Some(name) = goto.selected().map(Target::name) {
        typed(model, name, effects);
    }
}

/// Goes to what is under the cursor; where nothing known fits, to the object of that name: the API may know it.
pub(super) fn go(model: &mut Model, effects: &mut Effects) {
    let Some(Prompt::GoTo(goto)) = model.prompt.take() else {
        return;
    };
    match goto.selected().cloned() {
        Some(Target::Problem(problem)) => to_problem(model, &problem.id),
        Some(Target::Namespace { name, .. }) => {
            end_visit(model);
            model.filter = Filter::new(&name);
            model.go(Place::Home, Pane::Tree);
        }
        Some(Target::Object(object)) => to_object(model, object, effects),
        None => match Named::parse(goto.text()).and_then(|named| named.object(HOME)) {
            Some(object) => to_object(model, object, effects),
            None if goto.text().is_empty() => {}
            None => toast(
                model,
                format!(
                    "{} is nowhere to be found; a name is kind/namespace/name",
                    goto.text()
                ),
                true,
            ),
        },
    }
}

fn to_problem(model: &mut Model, id: &Text) {
    end_visit(model);
    model.go(Place::Home, Pane::Tree);
    if !model.tree.select(id) {
        prompt::clear_filter(model);
        model.tree.select(id);
    }
}

/// To its row where it is part of a problem, else to its own page.
fn to_object(model: &mut Model, object: ObjectRef, effects: &mut Effects) {
    end_visit(model);
    model.go(Place::Home, Pane::Tree);
    let snapshot = model.snapshot.clone();
    if model
        .tree
        .select_object(&object, &snapshot.problems, &model.filter)
    {
        return;
    }
    if model.detail.logs.is_some() {
        effects.push(Effect::CloseLogs);
    }
    model.detail = Detail::default();
    model.visit = Some(object);
    model.pane = Pane::Detail;
    detail::open_tab(model, Tab::Yaml, effects);
}

/// Back from an object's own page to what the tree shows.
pub(super) fn end_visit(model: &mut Model) {
    if model.visit.take().is_some() {
        model.detail = Detail::default();
    }
}
