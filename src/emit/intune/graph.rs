//! Bodies for Microsoft Graph, beta: `deploymentChannel`, scripts and custom attributes are there alone. Files stand in
//! them as base64.

use super::Attribute;
use crate::plan::Channel;
use crate::value::write::base64;
use serde_json::{Value as Json, json};

/// A custom profile; `name` is what it is called, with a sentence about it.
pub(super) fn profile((name, about): (&str, &str), file: &str, channel: Channel, bytes: &[u8]) -> Json {
    json!({
        "@odata.type": "#microsoft.graph.macOSCustomConfiguration",
        "displayName": name,
        "description": about,
        "payloadName": name,
        "payloadFileName": file,
        "payload": base64(bytes),
        "deploymentChannel": match channel {
            Channel::Device => "deviceChannel",
            Channel::User => "userChannel",
        },
    })
}

/// A preference file: the keys of one domain, which goes by the name of `bundleId`.
pub(super) fn preference_file((name, about): (&str, &str), domain: &str, lines: &[u8]) -> Json {
    json!({
        "@odata.type": "#microsoft.graph.macOSCustomAppConfiguration",
        "displayName": name,
        "description": about,
        "bundleId": domain,
        "fileName": format!("{domain}.xml"),
        "configurationXml": base64(lines),
    })
}

/// A shell script: `apply` runs each day, another one once.
pub(super) fn script(policy: &str, word: &str, text: &[u8]) -> Json {
    let about = match word {
        "apply" => "Sets what the policy's profile cannot carry.",
        _ => "Takes back what apply.sh has set.",
    };
    let mut body = json!({
        "@odata.type": "#microsoft.graph.deviceShellScript",
        "displayName": format!("{policy} - {word}"),
        "description": about,
        "fileName": format!("{word}.sh"),
        "runAsAccount": "system",
        "retryCount": 3,
        "blockExecutionNotifications": true,
        "scriptContent": base64(text),
    });
    if let (true, Json::Object(entries)) = (word == "apply", &mut body) {
        // A duration of ISO 8601; without it, a script runs once.
        entries.insert("executionFrequency".to_owned(), json!("P1D"));
    }
    body
}

/// A custom attribute.
pub(super) fn attribute(policy: &str, one: &Attribute) -> Json {
    let name = format!("{policy} - {}", one.title);
    json!({
        "@odata.type": "#microsoft.graph.deviceCustomAttributeShellScript",
        "customAttributeName": name,
        "customAttributeType": "string",
        "displayName": name,
        "description": one.about,
        "fileName": format!("{}.sh", one.word),
        "runAsAccount": "system",
        "scriptContent": base64(one.text.as_bytes()),
    })
}

/// Groups by object id, each with whether it is left out.
pub(super) struct Assignment(pub Vec<(String, bool)>);

impl Assignment {
    /// For `assign` of a configuration.
    pub fn of_configuration(&self) -> Json {
        json!({ "assignments": self.list("#microsoft.graph.deviceConfigurationAssignment") })
    }

    /// For `assign` of a script or a custom attribute.
    pub fn of_script(&self) -> Json {
        json!({ "deviceManagementScriptAssignments": self.list("#microsoft.graph.deviceManagementScriptAssignment") })
    }

    fn list(&self, kind: &str) -> Vec<Json> {
        let target = |excluded: bool| match excluded {
            false => "#microsoft.graph.groupAssignmentTarget",
            true => "#microsoft.graph.exclusionGroupAssignmentTarget",
        };
        let one = |(id, excluded): &(String, bool)| json!({ "@odata.type": kind, "target": { "@odata.type": target(*excluded), "groupId": id } });
        self.0.iter().map(one).collect()
    }
}
