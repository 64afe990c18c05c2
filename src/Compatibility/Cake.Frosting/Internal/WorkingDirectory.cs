using Cake.Core.IO;

namespace Cake.Frosting.Internal;

/// <summary>Holds the working directory that the host sets. <c>--working</c> overrides it.</summary>
internal sealed record WorkingDirectory(DirectoryPath Path);
