namespace Experiments.Tests;

/// <summary>Faulty exp_configs, each the valid one changed in one place, with the whole text reported.</summary>
public class BadExperimentTests
{
    public static TheoryData<string, string, string> Changes =>
        new()
        {
            {
                "\"STEPS\": 400",
                "\"STEPS\": 0",
                "exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 10000001",
                "exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 10000001; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 1.5",
                "exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 1.5; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": \"400\"",
                "exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is \"400\"; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": null",
                "exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is null; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "\"STEPS\": 400,",
                "",
                "exp_configs/demo.json(10,17): RUN_PARAMS.STEPS is missing; it must be a whole number from 1 to 10000000 (optimizer steps). Add it, or run with --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "\"STEPS\": 400",
                "\"STEP\": 400",
                "exp_configs/demo.json(10,17): RUN_PARAMS.STEPS is missing; it must be a whole number from 1 to 10000000 (optimizer steps). Add it, or run with --set=RUN_PARAMS.STEPS=1000.\nexp_configs/demo.json(11,5): RUN_PARAMS.STEP is an unknown key; it must be one of the keys of RUN_PARAMS. Did you mean RUN_PARAMS.STEPS?"
            },
            {
                "\"STEPS\": 400",
                "\"steps\": 400",
                "exp_configs/demo.json(10,17): RUN_PARAMS.STEPS is missing; it must be a whole number from 1 to 10000000 (optimizer steps). Add it, or run with --set=RUN_PARAMS.STEPS=1000.\nexp_configs/demo.json(11,5): RUN_PARAMS.steps is an unknown key; it must be one of the keys of RUN_PARAMS. Did you mean RUN_PARAMS.STEPS?"
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400, \"BATCH\": 4",
                "exp_configs/demo.json(11,19): RUN_PARAMS.BATCH is an unknown key; it must be one of the keys of RUN_PARAMS. Did you mean RUN_PARAMS.BATCH_SIZE?"
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400, \"OPTIMIZER\": \"adam\"",
                "exp_configs/demo.json(11,19): RUN_PARAMS.OPTIMIZER is an unknown key; it must be one of the keys of RUN_PARAMS: STEPS, BATCH_SIZE, LEARNING_RATE, WARMUP_STEPS, EVAL_EVERY, CHECKPOINT_EVERY, SEED, PRECISION, TIMEOUT_MINUTES."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400,\n    \"STEPS\": 500",
                "exp_configs/demo.json(12,5): RUN_PARAMS.STEPS is given twice; it must be given once. It also stands at line 11; remove one."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 50, \"WARMUP_STEPS\": 51",
                "exp_configs/demo.json(11,34): RUN_PARAMS.WARMUP_STEPS is 51; it must be at most RUN_PARAMS.STEPS, which is 50."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400, \"PRECISION\": \"fp16\"",
                "exp_configs/demo.json(11,32): RUN_PARAMS.PRECISION is \"fp16\"; it must be one of \"fp32\", \"amp\". Edit it, or run with --set=RUN_PARAMS.PRECISION=fp32."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400, \"SEED\": -1",
                "exp_configs/demo.json(11,27): RUN_PARAMS.SEED is -1; it must be a whole number from 0 to 2147483647. Edit it, or run with --set=RUN_PARAMS.SEED=42."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400, \"SEED\": 2147483648",
                "exp_configs/demo.json(11,27): RUN_PARAMS.SEED is 2147483648; it must be a whole number from 0 to 2147483647. Edit it, or run with --set=RUN_PARAMS.SEED=42."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 400 // long enough",
                "exp_configs/demo.json(11,18): the text here is a comment; it must be ',' or '}'. JSON has no comments; remove it."
            },
            {
                "\"STEPS\": 400,",
                "\"STEPS\": 400",
                "exp_configs/demo.json(12,5): the text here is \"LEARNING_RATE\"; it must be ',' or '}'."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": 0400",
                "exp_configs/demo.json(11,14): the text here is '0400'; it must be a value. JSON numbers have no leading zeros."
            },
            { "\"STEPS\": 400", "\"STEPS\" 400", "exp_configs/demo.json(11,13): the text here is '400'; it must be ':'." },
            {
                "\"STEPS\": 400",
                "STEPS: 400",
                "exp_configs/demo.json(11,5): the text here is 'STEPS'; it must be a key in double quotes or '}'."
            },
            {
                "\"STEPS\": 400",
                "'STEPS': 400",
                "exp_configs/demo.json(11,5): the text here is a single quote; it must be a key in double quotes or '}'. JSON strings stand in double quotes."
            },
            {
                "\"STEPS\": 400",
                "\"STEPS\": True",
                "exp_configs/demo.json(11,14): the text here is 'True'; it must be a value. JSON writes it true."
            },
            {
                "\"LEARNING_RATE\": 0.01",
                "\"LEARNING_RATE\": 0.01,",
                "exp_configs/demo.json(13,3): the text here is '}' after a comma; it must be a key in double quotes. Remove the comma before it."
            },
            {
                "\"LEARNING_RATE\": 0.01",
                "\"LEARNING_RATE\": 0",
                "exp_configs/demo.json(12,22): RUN_PARAMS.LEARNING_RATE is 0; it must be a number above 0 and at most 1 (step size of SGD). Edit it, or run with --set=RUN_PARAMS.LEARNING_RATE=0.005."
            },
            {
                "\"LEARNING_RATE\": 0.01",
                "\"LEARNING_RATE\": 1e999",
                "exp_configs/demo.json(12,22): RUN_PARAMS.LEARNING_RATE is 1e999; it must be a number above 0 and at most 1 (step size of SGD). Edit it, or run with --set=RUN_PARAMS.LEARNING_RATE=0.005."
            },
            {
                "\"LEARNING_RATE\": 0.01",
                "\"LEARNING_RATE\": [0.01]",
                "exp_configs/demo.json(12,22): RUN_PARAMS.LEARNING_RATE is an array; it must be a number above 0 and at most 1 (step size of SGD). Edit it, or run with --set=RUN_PARAMS.LEARNING_RATE=0.005."
            },
            {
                "\"EVAL_CONF\": 0.5",
                "\"EVAL_CONF\": 1.01",
                "exp_configs/demo.json(9,16): EVAL_CONF is 1.01; it must be a number from 0 to 1 (score). Edit it, or run with --set=EVAL_CONF=0.5."
            },
            {
                "\"EVAL_CONF\": 0.5",
                "\"EVAL_CONF\": true",
                "exp_configs/demo.json(9,16): EVAL_CONF is true; it must be a number from 0 to 1 (score). Edit it, or run with --set=EVAL_CONF=0.5."
            },
            {
                "\"EVAL_CONF\": 0.5",
                "\"DESCRIPTION\": \"straße 🚧\", \"EVAL_CONF\": \"x\"",
                "exp_configs/demo.json(9,44): EVAL_CONF is \"x\"; it must be a number from 0 to 1 (score). Edit it, or run with --set=EVAL_CONF=0.5."
            },
            {
                "\"HYPERTUNE\": false",
                "\"HYPERTUNE\": \"false\"",
                "exp_configs/demo.json(18,16): HYPERTUNE is \"false\"; it must be true or false. Edit it, or run with --set=HYPERTUNE=false."
            },
            {
                "\"HYPERTUNE\": false",
                "\"HYPERTUNE_PARAMS\": {\"SAMPLING\": \"Random\"}",
                "exp_configs/demo.json(18,36): HYPERTUNE_PARAMS.SAMPLING is \"Random\"; it must be one of \"random\", \"grid\", \"bayesian\". Edit it, or run with --set=HYPERTUNE_PARAMS.SAMPLING=random."
            },
            {
                "\"HYPERTUNE\": false",
                "\"HYPERTUNE_PARAMS\": {\"MAX_TRIALS\": 2, \"MAX_CONCURRENT\": 3}",
                "exp_configs/demo.json(18,59): HYPERTUNE_PARAMS.MAX_CONCURRENT is 3; it must be at most HYPERTUNE_PARAMS.MAX_TRIALS, which is 2."
            },
            {
                "\"HYPERTUNE\": false",
                "\"HYPERTUNE_PARAMS\": {\"SEARCH_SPACE\": {}}",
                "exp_configs/demo.json(18,40): HYPERTUNE_PARAMS.SEARCH_SPACE is empty; it must be an object with at least one key path of RUN_PARAMS or MODEL_PARAMS."
            },
            {
                "\"HYPERTUNE\": false",
                "\"HYPERTUNE_PARAMS\": {\"SEARCH_SPACE\": {\"RUN_PARAMS.LEARNING_RATES\": [\"choice\", [[1, 2]]], \"RUN_PARAMS.SEED\": 3}}",
                "exp_configs/demo.json(18,41): HYPERTUNE_PARAMS.SEARCH_SPACE.RUN_PARAMS.LEARNING_RATES is an unknown key; it must be a key path of RUN_PARAMS or MODEL_PARAMS. Did you mean RUN_PARAMS.LEARNING_RATE?\nexp_configs/demo.json(18,111): HYPERTUNE_PARAMS.SEARCH_SPACE.RUN_PARAMS.SEED is 3; it must be a distribution such as [\"uniform\", [0.001, 0.1]]."
            },
            {
                "\"HYPERTUNE\": false",
                "\"DOCKER_IMAGE\": \"Model Training\"",
                "exp_configs/demo.json(18,19): DOCKER_IMAGE is \"Model Training\"; it must be an image reference such as registry/repository:tag or registry/repository@sha256:…. Edit it, or run with --set=DOCKER_IMAGE=localhost:5000/model-training:latest."
            },
            {
                "\"HYPERTUNE\": false",
                "\"DOCKER_IMAGE_NAME\": \"tfod_tf2\"",
                "exp_configs/demo.json(18,3): DOCKER_IMAGE_NAME is a key of older files; it must be DOCKER_IMAGE. Rename it: DOCKER_IMAGE takes registry/repository:tag."
            },
            {
                "\"HYPERTUNE\": false",
                "\"TF_VERSION\": \"2.4\"",
                "exp_configs/demo.json(18,3): TF_VERSION is a key of older files; it must be removed. The framework version comes with the image that DOCKER_IMAGE names."
            },
            {
                "\"HYPERTUNE\": false",
                "\"STEPS\": 5",
                "exp_configs/demo.json(18,3): STEPS is an unknown key; it must be one of the keys of an exp_config. Did you mean RUN_PARAMS.STEPS?"
            },
            {
                "\"HYPERTUNE\": false",
                "\"DATA\": {\"ON_BAD_ROWS\": \"ignore\"}",
                "exp_configs/demo.json(18,27): DATA.ON_BAD_ROWS is \"ignore\"; it must be one of \"fail\", \"drop\". Edit it, or run with --set=DATA.ON_BAD_ROWS=fail."
            },
            {
                "\"HYPERTUNE\": false",
                "\"TRAIN_CSV\": \"datasets/a.csv\"",
                "exp_configs/demo.json(18,16): TRAIN_CSV is \"datasets/a.csv\"; it must be \"latest\" or a file name in {IMAGE_TYPE}/datasets, without a folder. Edit it, or run with --set=TRAIN_CSV=latest."
            },
            {
                "\"HYPERTUNE\": false",
                "\"TRAIN_CSV\": \"a.csv\", \"TEST_CSV\": \"a.csv\"",
                "exp_configs/demo.json(18,37): TEST_CSV is \"a.csv\"; it must be another file than TRAIN_CSV."
            },
            {
                "\"HYPERTUNE\": false",
                "\"DESCRIPTION\": \"one\ntwo\"",
                "exp_configs/demo.json(18,18): the text here is a string without an end on its line; it must be a string closed by a double quote. A line break inside it is written \\n."
            },
            {
                "\"HYPERTUNE\": false",
                "\"DESCRIPTION\": \"C:\\data\"",
                "exp_configs/demo.json(18,22): the text here is an unknown escape; it must be one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX. A backslash itself is written \\\\."
            },
            {
                "\"HYPERTUNE\": false\n}",
                "\"HYPERTUNE\": false",
                "exp_configs/demo.json(18,21): the text here is the end of the file; it must be ',' or '}'."
            },
            {
                "\"HYPERTUNE\": false\n}",
                "\"HYPERTUNE\": false\n}}",
                "exp_configs/demo.json(19,2): the text here is '}'; it must be the end of the file."
            },
            {
                "\"HYPERTUNE\": false\n}",
                "\"DESCRIPTION\": \"open",
                "exp_configs/demo.json(18,18): the text here is a string without an end; it must be a string closed by a double quote."
            },
            {
                "\"MIN_NODES\": 0",
                "\"MIN_NODES\": 3",
                "exp_configs/demo.json(6,88): COMPUTE.MIN_NODES is 3; it must be at most NODES, which is 2."
            },
            {
                "\"PRIORITY\": \"Dedicated\"",
                "\"PRIORITY\": \"Spot\"",
                "exp_configs/demo.json(6,62): COMPUTE.PRIORITY is \"Spot\"; it must be one of \"Dedicated\", \"LowPriority\". Edit it, or run with --set=COMPUTE.PRIORITY=Dedicated."
            },
            {
                "\"Standard_NC4as_T4_v3\"",
                "\"Standard NC6\"",
                "exp_configs/demo.json(6,26): COMPUTE.VM_SIZE is \"Standard NC6\"; it must be an Azure VM size such as Standard_NC4as_T4_v3 (az ml compute list-sizes shows them). Edit it, or run with --set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3."
            },
            {
                "\"NODES\": 2",
                "\"NODES\": 1001",
                "exp_configs/demo.json(5,12): NODES is 1001; it must be a whole number from 1 to 1000 (nodes). Edit it, or run with --set=NODES=1."
            },
            {
                "\"EXP_NAME\": \"demo\"",
                "\"EXP_NAME\": \"-demo\"",
                "exp_configs/demo.json(3,15): EXP_NAME is \"-demo\"; it must be 1 to 255 letters, digits, '-' or '_', the first a letter or digit. Edit it, or run with --set=EXP_NAME=demo."
            },
            {
                "\"EXP_NAME\": \"demo\"",
                "\"EXP_NAME\": \"\"",
                "exp_configs/demo.json(3,15): EXP_NAME is \"\"; it must be 1 to 255 letters, digits, '-' or '_', the first a letter or digit. Edit it, or run with --set=EXP_NAME=demo."
            },
            {
                "\"COMPUTE_NAME\": \"local\"",
                "\"COMPUTE_NAME\": \"a-cluster-with-a-name-that-is-too-long\"",
                "exp_configs/demo.json(4,19): COMPUTE_NAME is \"a-cluster-with-a-name-that-is-too-long\"; it must be 3 to 32 letters, digits or '-', the first a letter and the last not '-'. Edit it, or run with --set=COMPUTE_NAME=local."
            },
            {
                "\"local_config.json\"",
                "\"configuration/local_config.json\"",
                "exp_configs/demo.json(2,22): ENV_CONFIG_FILE is \"configuration/local_config.json\"; it must be a file name in configuration/, without a folder. Edit it, or run with --set=ENV_CONFIG_FILE=local_config.json."
            },
            {
                "\"IMAGE_TYPE\": \"pothole\"",
                "\"IMAGE_TYPE\": \"..\"",
                "exp_configs/demo.json(8,17): IMAGE_TYPE is \"..\"; it must be the name of one folder. Edit it, or run with --set=IMAGE_TYPE=pothole."
            },
            {
                "\"faster_rcnn_tiny\"",
                "\"yolo\"",
                "exp_configs/demo.json(15,19): MODEL_PARAMS.BASE_MODEL is \"yolo\"; it must be one of \"faster_rcnn_tiny\", \"fasterrcnn_resnet50_fpn\", \"fasterrcnn_mobilenet_v3_large_320_fpn\", \"faster_rcnn_resnet101_coco_2018_01_28\". Edit it, or run with --set=MODEL_PARAMS.BASE_MODEL=faster_rcnn_tiny."
            },
            {
                "{\"STRIDE\": 16}",
                "{\"STRIDE\": 32}",
                "exp_configs/demo.json(16,31): MODEL_PARAMS.FIRST_STAGE.STRIDE is 32; it must be 8 or 16 (pixels). Edit it, or run with --set=MODEL_PARAMS.FIRST_STAGE.STRIDE=16."
            },
            {
                "{\"STRIDE\": 16}",
                "{\"MAX_PROPOSALS\": 0, \"NMS_IOU_THRESHOLD\": 0}",
                "exp_configs/demo.json(16,38): MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS is 0; it must be a whole number from 1 to 10000 (proposals per image). Edit it, or run with --set=MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS=300.\nexp_configs/demo.json(16,62): MODEL_PARAMS.FIRST_STAGE.NMS_IOU_THRESHOLD is 0; it must be a number above 0 and at most 1 (intersection over union). Edit it, or run with --set=MODEL_PARAMS.FIRST_STAGE.NMS_IOU_THRESHOLD=0.7."
            },
            { "{\"STRIDE\": 16}", "16", "exp_configs/demo.json(16,20): MODEL_PARAMS.FIRST_STAGE is 16; it must be an object." },
            {
                "\"DATA_MOUNT\": \"demo_data\",",
                "\"WEIGHTS\": \"a\",",
                "exp_configs/demo.json(1,1): DATA_MOUNT is missing; it must be the name of a datastore in the environment config. Add it, or run with --set=DATA_MOUNT=demo_data.\nexp_configs/demo.json(7,3): WEIGHTS is an unknown key; it must be one of the keys of an exp_config. Did you mean MODEL_PARAMS.WEIGHTS?"
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Parse_ReportsTheWholeText_WhenOnePlaceIsWrong(string place, string replacement, string expected) =>
        Assert.Equal(expected, ExperimentText.Faults(ExperimentText.With(place, replacement)));
}
