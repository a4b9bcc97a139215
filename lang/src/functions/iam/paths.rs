//! Sets of actions with which a principal can gain rights that it was not given.
//!
//! The known paths as of 2026 (see <https://pathfinding.cloud>); a set that contains another
//! one is left out, for the smaller one says it already.

/// A way to more rights.
pub(super) struct Path {
    pub(super) needs: &'static [Need],
}

/// An action that a path needs.
pub(super) struct Need {
    pub(super) action: &'static str,
    pub(super) reach: Reach,
}

/// What the action must be allowed on.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    /// Anything: it is the caller's own rights that change, or something new is made.
    Some,
    /// Every resource of its kind: what is limited to a few named ones was given on purpose.
    Wide,
    /// Every role, passed to this service.
    Pass(&'static str),
}

const fn own(action: &'static str) -> Need {
    Need { action, reach: Reach::Some }
}

const fn wide(action: &'static str) -> Need {
    Need { action, reach: Reach::Wide }
}

const fn pass_to(service: &'static str) -> Need {
    Need { action: "iam:PassRole", reach: Reach::Pass(service) }
}

macro_rules! paths {
    ($([$($need:expr),+ $(,)?]),+ $(,)?) => { &[$(Path { needs: &[$($need),+] }),+] };
}

pub(super) static PATHS: &[Path] = paths![
    // The caller's own rights.
    [own("iam:CreatePolicyVersion")],
    [own("iam:PutUserPolicy")],
    [own("iam:PutRolePolicy")],
    [own("iam:PutGroupPolicy")],
    [own("iam:AttachUserPolicy")],
    [own("iam:AttachRolePolicy")],
    [own("iam:AttachGroupPolicy")],
    [wide("iam:AddUserToGroup")],
    // Another principal.
    [wide("iam:CreateAccessKey")],
    [wide("iam:CreateLoginProfile")],
    [wide("iam:UpdateLoginProfile")],
    [wide("iam:UpdateAssumeRolePolicy")],
    [wide("sts:AssumeRole")],
    // A role passed to something new.
    [pass_to("tasks.apprunner.amazonaws.com"), own("apprunner:CreateService")],
    [
        pass_to("bedrock-agentcore.amazonaws.com"),
        own("bedrock-agentcore:CreateCodeInterpreter"),
        own("bedrock-agentcore:StartCodeInterpreterSession"),
        own("bedrock-agentcore:InvokeCodeInterpreter"),
    ],
    [pass_to("cloudformation.amazonaws.com"), own("cloudformation:CreateStack")],
    [
        pass_to("cloudformation.amazonaws.com"),
        own("cloudformation:CreateStackSet"),
        own("cloudformation:CreateStackInstances"),
    ],
    [pass_to("cloudformation.amazonaws.com"), own("cloudformation:UpdateStackSet")],
    [pass_to("codebuild.amazonaws.com"), own("codebuild:CreateProject"), own("codebuild:StartBuild")],
    [pass_to("codebuild.amazonaws.com"), own("codebuild:CreateProject"), own("codebuild:StartBuildBatch")],
    [
        pass_to("datapipeline.amazonaws.com"),
        own("datapipeline:CreatePipeline"),
        own("datapipeline:PutPipelineDefinition"),
        own("datapipeline:ActivatePipeline"),
    ],
    [pass_to("ec2.amazonaws.com"), own("ec2:RunInstances")],
    [pass_to("ec2.amazonaws.com"), own("ec2:RequestSpotInstances")],
    [pass_to("ecs-tasks.amazonaws.com"), own("ecs:RegisterTaskDefinition"), own("ecs:CreateService")],
    [pass_to("ecs-tasks.amazonaws.com"), own("ecs:RegisterTaskDefinition"), own("ecs:RunTask")],
    [pass_to("ecs-tasks.amazonaws.com"), own("ecs:RegisterTaskDefinition"), own("ecs:StartTask")],
    [pass_to("glue.amazonaws.com"), own("glue:CreateDevEndpoint")],
    [pass_to("glue.amazonaws.com"), own("glue:CreateJob"), own("glue:StartJobRun")],
    [pass_to("glue.amazonaws.com"), own("glue:CreateJob"), own("glue:CreateTrigger")],
    [pass_to("glue.amazonaws.com"), own("glue:UpdateJob"), own("glue:StartJobRun")],
    [pass_to("glue.amazonaws.com"), own("glue:UpdateJob"), own("glue:CreateTrigger")],
    [pass_to("lambda.amazonaws.com"), own("lambda:CreateFunction"), own("lambda:InvokeFunction")],
    [pass_to("lambda.amazonaws.com"), own("lambda:CreateFunction"), own("lambda:CreateEventSourceMapping")],
    [pass_to("lambda.amazonaws.com"), own("lambda:CreateFunction"), own("lambda:AddPermission")],
    [pass_to("sagemaker.amazonaws.com"), own("sagemaker:CreateNotebookInstance")],
    [pass_to("sagemaker.amazonaws.com"), own("sagemaker:CreateTrainingJob")],
    [pass_to("sagemaker.amazonaws.com"), own("sagemaker:CreateProcessingJob")],
    // Something that has a role already.
    [wide("apprunner:UpdateService")],
    [wide("bedrock-agentcore:StartCodeInterpreterSession"), wide("bedrock-agentcore:InvokeCodeInterpreter"),],
    [wide("cloudformation:UpdateStack")],
    [wide("cloudformation:CreateChangeSet"), wide("cloudformation:ExecuteChangeSet")],
    [wide("codebuild:StartBuild")],
    [wide("codebuild:StartBuildBatch")],
    [wide("ec2-instance-connect:SendSSHPublicKey")],
    [wide("ec2:ModifyInstanceAttribute"), wide("ec2:StopInstances"), wide("ec2:StartInstances")],
    [wide("ec2:CreateLaunchTemplateVersion"), wide("ec2:ModifyLaunchTemplate")],
    [wide("glue:UpdateDevEndpoint")],
    [wide("lambda:UpdateFunctionCode")],
    [wide("sagemaker:CreatePresignedNotebookInstanceUrl")],
    [
        own("sagemaker:CreateNotebookInstanceLifecycleConfig"),
        wide("sagemaker:StopNotebookInstance"),
        wide("sagemaker:UpdateNotebookInstance"),
        wide("sagemaker:StartNotebookInstance"),
    ],
    [wide("ssm:StartSession")],
    [wide("ssm:SendCommand")],
];
