// Pairs predictions and ground truth as the trainer does (detection/evaluate/confusion.py and binary_metrics.py).
// Boxes are [x, y, width, height] in pixels, as in predictions.json and ground_truth.json.

export const MATCH_IOU = 0.5;

function overlap([x, y, width, height], [otherX, otherY, otherWidth, otherHeight]) {
  const across = Math.min(x + width, otherX + otherWidth) - Math.max(x, otherX);
  const down = Math.min(y + height, otherY + otherHeight) - Math.max(y, otherY);
  return Math.max(across, 0) * Math.max(down, 0);
}

function iou(first, second) {
  const common = overlap(first, second);
  return common / Math.max(first[2] * first[3] + second[2] * second[3] - common, Number.MIN_VALUE);
}

/** Reads both files into one record per image: its name, size, objects and predictions. */
export function readEvaluation(truth, predictions) {
  const images = new Map(
    truth.images.map(({ id, file_name: file, width, height }) => [id, { file, width, height, objects: [], predictions: [] }]),
  );
  for (const { image_id: id, category_id: category, bbox, iscrowd, ignore } of truth.annotations)
    images.get(id)?.objects.push({ label: category, box: bbox, isCrowd: Boolean(iscrowd), isIgnored: Boolean(ignore) });
  for (const { image_id: id, category_id: category, bbox, score } of predictions)
    images.get(id)?.predictions.push({ label: category, box: bbox, score });
  return {
    images: [...images.values()],
    classes: truth.categories.toSorted((a, b) => a.id - b.id),
    threshold: truth.info?.eval_conf ?? 0.5,
  };
}

/** Returns whether an object is a crowd or ignored: finding it or missing it is neither right nor wrong. */
export const isNeutral = (object) => object.isCrowd || object.isIgnored;

/**
 * Pairs the objects and predictions of one image, the pair of highest IoU first.
 *
 * Returns the objects and predictions that count, each with `other`: what it is paired with, or null.
 */
export function pair(image, threshold, least = MATCH_IOU) {
  const objects = image.objects.filter((object) => !isNeutral(object)).map((object) => ({ ...object, other: null }));
  let predictions = image.predictions.filter(({ score }) => score >= threshold).map((one) => ({ ...one, other: null }));
  const pairs = [];
  for (const object of objects)
    for (const prediction of predictions) {
      const value = iou(object.box, prediction.box);
      if (value >= least) pairs.push({ object, prediction, value, isSame: object.label === prediction.label });
    }
  pairs.sort((a, b) => b.value - a.value || Number(b.isSame) - Number(a.isSame));
  for (const { object, prediction } of pairs)
    if (object.other === null && prediction.other === null) [object.other, prediction.other] = [prediction, object];
  const neutral = image.objects.filter(isNeutral);
  predictions = predictions.filter(
    (prediction) =>
      prediction.other !== null ||
      !neutral.some(
        (object) =>
          object.label === prediction.label &&
          (object.isCrowd
            ? overlap(object.box, prediction.box) / Math.max(prediction.box[2] * prediction.box[3], Number.MIN_VALUE)
            : iou(object.box, prediction.box)) >= least,
      ),
  );
  return { objects, predictions };
}

/** Returns the mistakes of a pairing: objects without a prediction, predictions without an object, and pairs of two classes. */
export function mistakes({ objects, predictions }) {
  return {
    missed: objects.filter(({ other }) => other === null),
    wrong: predictions.filter(({ other }) => other === null),
    confused: objects.filter(({ label, other }) => other !== null && other.label !== label),
  };
}

/**
 * Counts confusions: in row i and column j the objects of class i that are predicted as class j. The last column counts missed
 * objects, the last row predictions without an object.
 */
export function countConfusions({ images, classes }, threshold, least = MATCH_IOU) {
  const index = new Map(classes.map(({ id }, place) => [id, place]));
  const counts = Array.from({ length: classes.length + 1 }, () => new Array(classes.length + 1).fill(0));
  for (const image of images) {
    const { objects, predictions } = pair(image, threshold, least);
    for (const { label, other } of objects) counts[index.get(label)][other === null ? classes.length : index.get(other.label)]++;
    for (const { label, other } of predictions) if (other === null) counts[classes.length][index.get(label)]++;
  }
  return counts;
}

/** Returns, of each class, what the confusion matrix says of it. */
export function classCounts(counts, classes) {
  const total = (values) => values.reduce((sum, value) => sum + value, 0);
  return classes.map(({ name }, place) => {
    const tp = counts[place][place];
    const [objects, predicted] = [total(counts[place]), total(counts.map((row) => row[place]))];
    const [precision, recall] = [predicted ? tp / predicted : 0, objects ? tp / objects : 0];
    return { name, tp, fp: predicted - tp, fn: objects - tp, precision, recall, f1: tp ? (2 * tp) / (objects + predicted) : 0 };
  });
}

/** Counts the images in which the detector finds something, rightly and wrongly. */
export function countImages({ images }, threshold) {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const { objects, predictions } of images) {
    const [actual, predicted] = [objects.length > 0, predictions.some(({ score }) => score >= threshold)];
    counts[actual ? (predicted ? "tp" : "fn") : predicted ? "fp" : "tn"]++;
  }
  return counts;
}
